import { describe, expect, it } from "vitest";
import { EMPTY_CATALOGUE } from "../catalogue.ts";
import { facesOf } from "../face.ts";
import { documentOf, plainOf } from "../testing/plain.ts";
import { bodyAt, type Edge, edgesOf, type Workflow } from "../workflow.ts";
import { connect, disconnect, healAndRemove, insertOnLink, moveItem, redirect, reroute } from "./links.ts";

const CHAIN = documentOf({
  nodes: {
    a: { type: "x/a" },
    b: { type: "x/b", inputs: { in: { from: "a.out" } } },
    c: { type: "x/c", inputs: { in: { from: "b.out" }, all: [{ from: "a.out" }, { from: "b.out" }, 3] } },
  },
  interface: { outputs: { end: { node: "b", output: "out" } } },
});

function edge(workflow: Workflow, id: string): Edge {
  const found = edgesOf(bodyAt(workflow, null)).find((one) => one.id === id);
  if (!found) throw new Error(`no link ${id}`);
  return found;
}

const inputs = (workflow: Workflow, node: string) => plainOf(workflow).nodes[node]?.inputs;
const heal = (workflow: Workflow, ...ids: string[]) =>
  healAndRemove(workflow, null, new Set(ids), facesOf(workflow, bodyAt(workflow, null), EMPTY_CATALOGUE));

describe("connecting", () => {
  const link = { source: "a", output: "out", target: "b", input: "list", many: true };

  it("adds to an input that takes many, once, and replaces in one that does not", () => {
    const once = connect(CHAIN, null, link);
    expect(inputs(once, "b")?.list).toEqual([{ from: "a.out" }]);
    expect(connect(once, null, link)).toBe(once);
    expect(inputs(connect(CHAIN, null, { ...link, target: "c", input: "in", many: false }), "c")?.in).toEqual(
      {
        from: "a.out",
      },
    );
  });

  it("does nothing to a node that is not there", () => {
    expect(connect(CHAIN, null, { ...link, target: "gone" })).toBe(CHAIN);
    expect(connect(CHAIN, "no such place", link)).toBe(CHAIN);
  });
});

describe("disconnecting", () => {
  it("leaves the rest of a list, and its literals", () => {
    expect(inputs(disconnect(CHAIN, null, edge(CHAIN, "c.all[0]")), "c")?.all).toEqual([
      { from: "b.out" },
      3,
    ]);
    expect(inputs(disconnect(CHAIN, null, edge(CHAIN, "b.in")), "b")).toEqual({});
  });

  it("leaves a link alone that is another by now", () => {
    const stale = edge(CHAIN, "c.all[0]");
    const moved = moveItem(CHAIN, null, { node: "c", input: "all" }, 0, 2);
    expect(disconnect(moved, null, stale)).toBe(moved);
    expect(redirect(moved, null, stale, "b", "out")).toBe(moved);
  });
});

describe("what goes between the ends of a link", () => {
  it("takes what came, and gives on what it makes, in the same place of a list", () => {
    const link = edge(CHAIN, "c.all[0]");
    const through = { node: "b", input: "more", many: false, output: "other" };
    const after = insertOnLink(CHAIN, null, link, through);
    expect(inputs(after, "b")?.more).toEqual({ from: "a.out" });
    expect(inputs(after, "c")?.all).toEqual([{ from: "b.other" }, { from: "b.out" }, 3]);
  });

  it("is not put where it would need itself", () => {
    const through = { node: "c", input: "more", many: false, output: "out" };
    expect(insertOnLink(CHAIN, null, edge(CHAIN, "b.in"), through)).toBe(CHAIN);
  });

  it("can be a waypoint", () => {
    const { workflow, id } = reroute(CHAIN, null, edge(CHAIN, "b.in"), [10.4, 20]);
    expect(inputs(workflow, id)).toEqual({ value: { from: "a.out" } });
    expect(inputs(workflow, "b")?.in).toEqual({ from: `${id}.value` });
    expect(plainOf(workflow).layout.positions).toEqual({ [id]: [10, 20] });
    expect(reroute(workflow, null, edge(CHAIN, "b.in"), [0, 0])).toEqual({ workflow, id: "" });
  });
});

describe("removing and healing", () => {
  it("leads what arrived to all that used what is gone", () => {
    const after = heal(CHAIN, "b");
    expect(inputs(after, "c")).toEqual({
      in: { from: "a.out" },
      all: [{ from: "a.out" }, { from: "a.out" }, 3],
    });
    expect(plainOf(after).interface.outputs.end).toEqual({ node: "a", output: "out" });
  });

  it("heals over several nodes in a row, and leaves nothing where nothing arrived", () => {
    const long = documentOf({
      nodes: {
        a: { type: "x/a" },
        b: { type: "x/b", inputs: { in: { from: "a.out" } } },
        c: { type: "x/c", inputs: { in: { from: "b.out" } } },
        d: { type: "x/d", inputs: { in: { from: "c.out" } } },
      },
    });
    expect(inputs(heal(long, "b", "c"), "d")).toEqual({ in: { from: "a.out" } });
    expect(inputs(heal(long, "a"), "b")).toEqual({});
  });

  it("leads on what an input of the interface led through what is gone", () => {
    const ported = documentOf({
      nodes: {
        way: { type: "flow/pass" },
        a: { type: "x/a", inputs: { in: { from: "way.value" }, all: [{ from: "way.value" }, 1] } },
      },
      interface: { inputs: { port: { node: "way", input: "value", title: "Port" } } },
    });
    const pass = {
      type: "flow/pass",
      version: 1,
      title: "",
      category: "",
      lane: "cpu",
      kind: "pure",
      help: "",
    } as const;
    const value = { type: "", shape: { is: "variable", name: "T" } as const };
    const inputsOfPass = { value: { ...value, required: true, many: false, schema: null } };
    const catalogue = {
      ...EMPTY_CATALOGUE,
      nodes: { "flow/pass": { ...pass, inputs: inputsOfPass, outputs: { value } } },
    };
    const faces = facesOf(ported, bodyAt(ported, null), catalogue);
    const after = healAndRemove(ported, null, new Set(["way"]), faces);
    expect(plainOf(after).interface.inputs).toEqual({ port: { node: "a", input: "in", title: "Port" } });
    expect(inputs(after, "a")).toEqual({ all: [1] });
  });

  it("gives a list all that arrived in a list", () => {
    const lists = documentOf({
      nodes: {
        a: { type: "x/a" },
        b: { type: "x/b" },
        join: { type: "x/join", inputs: { all: [{ from: "a.out" }, { from: "b.out" }] } },
        end: { type: "x/end", inputs: { all: [1, { from: "join.out" }] } },
      },
    });
    expect(inputs(heal(lists, "join"), "end")?.all).toEqual([1, { from: "a.out" }, { from: "b.out" }]);
  });
});

describe("the order of a list", () => {
  it("changes by moving one item", () => {
    const target = { node: "c", input: "all" };
    expect(inputs(moveItem(CHAIN, null, target, 2, 0), "c")?.all).toEqual([
      3,
      { from: "a.out" },
      { from: "b.out" },
    ]);
    expect(moveItem(CHAIN, null, target, 0, 3)).toBe(CHAIN);
  });
});
