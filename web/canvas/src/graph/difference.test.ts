import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renameWorkflow } from "./commands/document.ts";
import { setInput } from "./commands/inputs.ts";
import { moveNodes } from "./commands/layout.ts";
import { removeNodes } from "./commands/nodes.ts";
import { differences } from "./difference.ts";
import { parseWorkflow, writeWorkflow } from "./workflow.ts";

const base = parseWorkflow(
  JSON.stringify({
    latentgraph: 1,
    name: "Sum",
    nodes: {
      one: { type: "toy/number", version: 1, inputs: { value: 1 } },
      sum: { type: "toy/add", version: 1, inputs: { x: { from: "one.value" }, y: 2 } },
    },
    definitions: { part: { nodes: { in: { type: "toy/number", inputs: {} } } } },
    layout: { positions: { one: [0, 0] } },
  }),
);
const kinds = (after: typeof base) => differences(base, after).map((one) => one.kind);

describe("differences", () => {
  it("are none between a document and itself, however it was written", () => {
    expect(differences(base, base)).toEqual([]);
    expect(differences(base, parseWorkflow(writeWorkflow(base)))).toEqual([]);
  });

  it("name node, input and both values", () => {
    const [only, ...more] = differences(base, setInput(base, null, "sum", "y", 5));
    expect(more).toEqual([]);
    expect(only).toMatchObject({ kind: "input", node: "sum", name: "y", before: "2", after: "5" });
  });

  it("say a link by where it comes from", () => {
    const [only] = differences(base, setInput(base, null, "sum", "x", 7));
    expect(only).toMatchObject({ before: "one.value", after: "7" });
  });

  it("tell what was removed, and the other way round what was added", () => {
    const without = removeNodes(base, null, new Set(["one"]));
    expect(kinds(without)).toContain("node_removed");
    expect(differences(without, base).map((one) => one.kind)).toContain("node_added");
  });

  it("tell a name, a move, and a change inside a definition apart", () => {
    expect(kinds(renameWorkflow(base, "Total"))).toEqual(["name"]);
    expect(kinds(moveNodes(base, null, new Map([["one", [5, 5]]])))).toEqual(["layout"]);
    const [inside] = differences(base, setInput(base, "part", "in", "value", 3));
    expect(inside).toMatchObject({ kind: "input", place: "part", node: "in", after: "3" });
  });

  it("tell of fields that nobody knows", () => {
    const more = new Map(base).set("future", true);
    expect(differences(base, more)).toMatchObject([{ kind: "other", name: "future", after: "true" }]);
  });

  it("are there exactly when the documents differ", () => {
    const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null));
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [left, right] = [one, other].map((it) => setInput(base, null, "sum", "y", it));
        if (!left || !right) return;
        expect(differences(left, right).length > 0).toBe(one !== other);
      }),
    );
  });
});
