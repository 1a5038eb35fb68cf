import { describe, expect, it } from "vitest";
import { EMPTY_CATALOGUE } from "./catalogue.ts";
import { facesOf } from "./face.ts";
import { needing, titlesIn } from "./outline.ts";
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

describe("the titles of nodes in a list", () => {
  it("have the id where several are called the same", () => {
    const workflow = parseWorkflow(`{"latentgraph": 1, "nodes": {
      "one": {"type": "x/y"}, "two": {"type": "x/y"}, "three": {"type": "x/y", "title": "Third"}
    }}`);
    const body = bodyAt(workflow, null);
    expect([...titlesIn(body, facesOf(workflow, body, EMPTY_CATALOGUE)).values()]).toEqual([
      "Y (one)",
      "Y (two)",
      "Third",
    ]);
  });
});
