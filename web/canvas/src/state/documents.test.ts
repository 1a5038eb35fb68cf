import { beforeEach, describe, expect, it } from "vitest";
import { renameWorkflow } from "../graph/commands/document.ts";
import { emptyWorkflow } from "../graph/workflow.ts";
import { activeTab, isChanged, nameOf, useDocuments } from "./documents.ts";

const documents = () => useDocuments.getState();
const names = () => documents().tabs.map((tab) => nameOf(tab.history.present));
const open = (name: string) => documents().open(emptyWorkflow(name), { kind: "new" });
const rename = (name: string) => documents().edit("rename", (workflow) => renameWorkflow(workflow, name));
const LIBRARY = { kind: "library", id: "wf-1", etag: '"2.0"', version: 2 } as const;

beforeEach(() => useDocuments.setState({ tabs: [], active: null, closed: [] }));

describe("tabs", () => {
  it("that were closed are opened again where they were, with their history", () => {
    const [a] = [open("A"), open("B"), open("C")];
    documents().activate(a);
    rename("A changed");
    documents().close(a);
    expect(names()).toEqual(["B", "C"]);
    documents().reopen();
    expect(names()).toEqual(["A changed", "B", "C"]);
    expect(documents().active).toBe(a);
    documents().undo();
    expect(names()[0]).toBe("A");
    documents().reopen(); // nothing more was closed
    expect(names()).toHaveLength(3);
  });

  it("are put in another order, never out of the row", () => {
    const a = open("A");
    open("B");
    open("C");
    documents().move(a, 1);
    expect(names()).toEqual(["B", "A", "C"]);
    documents().move(a, 99);
    expect(names()).toEqual(["B", "C", "A"]);
    documents().move(a, -3);
    expect(names()).toEqual(["A", "B", "C"]);
  });

  it("take another document as a step that can be undone", () => {
    const key = open("Mine");
    rename("Mine, changed");
    documents().replace(key, "take theirs", emptyWorkflow("Theirs"), LIBRARY);
    const tab = activeTab(documents());
    expect(names()).toEqual(["Theirs"]);
    expect(tab && isChanged(tab)).toBe(false);
    expect(tab?.origin).toBe(LIBRARY);
    documents().undo();
    expect(names()).toEqual(["Mine, changed"]);
  });

  it("of what somebody else shows can not be changed", () => {
    documents().open(emptyWorkflow("Theirs"), { kind: "shared", link: "abc" });
    rename("Mine");
    expect(names()).toEqual(["Theirs"]);
  });
});
