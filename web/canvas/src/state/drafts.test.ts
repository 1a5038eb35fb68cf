import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renameWorkflow } from "../graph/commands/document.ts";
import { emptyWorkflow, parseWorkflow } from "../graph/workflow.ts";
import { isChanged, nameOf, useDocuments } from "./documents.ts";
import { type Change, MemoryStore } from "./draft-store.ts";
import { keepDrafts, restore, troubleOf, useDrafts } from "./drafts.ts";

const NONE: ReadonlySet<string> = new Set();
const documents = () => useDocuments.getState();
const rename = (name: string) => documents().edit("rename", (workflow) => renameWorkflow(workflow, name));
const names = (tabs: readonly { history: { present: ReturnType<typeof emptyWorkflow> } }[]) =>
  tabs.map((tab) => nameOf(tab.history.present));

let store: MemoryStore;
let keeping: ReturnType<typeof keepDrafts>;

/** A page that was left, without a word, and another in its place. */
async function reload(window = "one", others = NONE) {
  keeping.stop();
  useDocuments.setState({ tabs: [], active: null });
  const found = await restore(store, window, async () => others);
  useDocuments.setState({ tabs: found.tabs, active: found.active });
  keeping = keepDrafts(store, window, found);
  return found;
}

beforeEach(() => {
  store = new MemoryStore();
  useDocuments.setState({ tabs: [], active: null });
  useDrafts.setState({ trouble: null });
  keeping = keepDrafts(store, "one", { tabs: [], active: null });
});
afterEach(() => keeping.stop());

describe("drafts", () => {
  it("bring every tab back, in its order, with its changes marked", async () => {
    documents().open(emptyWorkflow("A"), { kind: "new" });
    const b = documents().open(emptyWorkflow("B"), { kind: "template", id: "b" });
    rename("B changed");
    await keeping.flush();
    const found = await reload();
    expect(names(found.tabs)).toEqual(["A", "B changed"]);
    expect(found.tabs.map(isChanged)).toEqual([false, true]);
    expect(found.active).toBe(b);
    expect(found.tabs[1]?.origin).toEqual({ kind: "template", id: "b" });
    rename("B again");
    documents().undo();
    expect(names(documents().tabs)).toEqual(["A", "B changed"]);
  });

  it("keep the spelling of numbers", async () => {
    const text = '{\n  "latentgraph": 1,\n  "nodes": {},\n  "seed": 12345678901234567890,\n  "x": 5.0\n}\n';
    documents().open(parseWorkflow(text), { kind: "new" });
    await keeping.flush();
    expect([...store.drafts.values()].map((draft) => draft.present)).toEqual([text]);
  });

  it("of closed tabs are removed", async () => {
    const key = documents().open(emptyWorkflow("A"), { kind: "new" });
    await keeping.flush();
    documents().close(key);
    await keeping.flush();
    expect(store.drafts.size).toBe(0);
  });

  it("of another window that is open are left alone; of one that is gone they are taken over", async () => {
    documents().open(emptyWorkflow("A"), { kind: "new" });
    await keeping.flush();
    const second = await reload("two", new Set(["one", "nobody"]));
    expect(second.tabs).toEqual([]);
    expect(second.others).toEqual(["one"]);
    expect(names((await reload("three", new Set(["two"]))).tabs)).toEqual(["A"]);
    expect([...store.drafts.values()].map((draft) => draft.window)).toEqual(["three"]);
    expect([...store.windows.keys()].toSorted()).toEqual(["three", "two"]);
  });

  it("that can not be read are left in the store, and the others open", async () => {
    documents().open(emptyWorkflow("A"), { kind: "new" });
    await keeping.flush();
    const [draft] = store.drafts.values();
    if (draft) store.drafts.set("odd", { ...draft, key: "odd", present: "no JSON" });
    expect(names((await reload()).tabs)).toEqual(["A"]);
    expect(store.drafts.has("odd")).toBe(true);
  });

  it("say when there is no room, lose nothing, and are written whole when there is again", async () => {
    const write = store.write.bind(store);
    const full = new DOMException("no room", "QuotaExceededError");
    store.write = async (_: Change) => {
      throw full;
    };
    documents().open(emptyWorkflow("A"), { kind: "new" });
    await keeping.flush();
    expect(useDrafts.getState().trouble).toBe("full");
    rename("still editing");
    store.write = write;
    await keeping.flush();
    expect(useDrafts.getState().trouble).toBeNull();
    expect(names((await reload()).tabs)).toEqual(["still editing"]);
  });

  it("tell a full storage from a forbidden one", () => {
    expect(troubleOf(new DOMException("", "QuotaExceededError"))).toBe("full");
    expect(troubleOf(new DOMException("", "SecurityError"))).toBe("forbidden");
  });
});
