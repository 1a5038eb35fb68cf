import { describe, expect, it } from "vitest";
import { changedNodes } from "./changes.ts";
import { setInput } from "./commands/inputs.ts";
import { moveNodes } from "./commands/layout.ts";
import { removeNodes } from "./commands/nodes.ts";
import { parseWorkflow } from "./workflow.ts";

const WORKFLOW = parseWorkflow(`{
  "latentgraph": 1,
  "nodes": {"a": {"type": "x/y"}, "b": {"type": "x/y", "inputs": {"in": {"from": "a.out"}}}, "c": {"type": "x/y"}},
  "definitions": {"D": {"nodes": {"a": {"type": "x/y"}}}}
}`);

describe("changed nodes", () => {
  it("are those that are set, moved, or had a link to what is gone", () => {
    const set = setInput(WORKFLOW, null, "a", "in", 1);
    expect(changedNodes(WORKFLOW, set, null)).toEqual(["a"]);
    expect(changedNodes(set, WORKFLOW, null)).toEqual(["a"]);
    expect(changedNodes(WORKFLOW, moveNodes(WORKFLOW, null, new Map([["c", [8, 8]]])), null)).toEqual(["c"]);
    expect(changedNodes(WORKFLOW, removeNodes(WORKFLOW, null, new Set(["a"])), null)).toEqual(["b"]);
  });

  it("are those of the place alone", () => {
    const inside = setInput(WORKFLOW, "D", "a", "in", 1);
    expect(changedNodes(WORKFLOW, inside, null)).toEqual([]);
    expect(changedNodes(WORKFLOW, inside, "D")).toEqual(["a"]);
  });
});
