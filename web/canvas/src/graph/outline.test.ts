import { describe, expect, it } from "vitest";
import { needing } from "./outline.ts";
import { bodyAt, parseWorkflow } from "./workflow.ts";

describe("what needs a node", () => {
  it("is itself and all behind it", () => {
    const workflow = parseWorkflow(`{"latentgraph": 1, "nodes": {
      "a": {"type": "x/y"},
      "b": {"type": "x/y", "inputs": {"i": {"from": "a.out"}}},
      "c": {"type": "x/y", "inputs": {"i": [{"from": "b.out"}]}},
      "d": {"type": "x/y"}
    }}`);
    expect([...needing(bodyAt(workflow, null), "a")].sort()).toEqual(["a", "b", "c"]);
    expect([...needing(bodyAt(workflow, null), "d")]).toEqual(["d"]);
  });
});
