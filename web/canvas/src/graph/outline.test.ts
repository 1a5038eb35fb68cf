import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needing, runningOrder } from "./outline.ts";
import { bodyAt, parseWorkflow, type Workflow } from "./workflow.ts";

/** Nodes n0, n1, …; each links to some of those before it, written in a shuffled order. */
const workflows = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .chain((links) =>
    fc.shuffledSubarray([...links.keys()], { minLength: links.length }).map((order): Workflow => {
      const nodes = order.map((index) => {
        const inputs = (links[index] ?? []).map((seed, at) =>
          index === 0 ? `"i${at}": 1` : `"i${at}": {"from": "n${seed % index}.out"}`,
        );
        return `"n${index}": {"type": "x/y", "inputs": {${inputs.join(",")}}}`;
      });
      return parseWorkflow(`{"latentgraph": 1, "nodes": {${nodes.join(",")}}}`);
    }),
  );

describe("the order of the outline", () => {
  it("has every node once, after all that it needs", () => {
    fc.assert(
      fc.property(workflows, (workflow) => {
        const body = bodyAt(workflow, null);
        const order = runningOrder(body);
        expect([...order].sort()).toEqual([...body.nodes.keys()].sort());
        for (const id of order) {
          for (const later of needing(body, id)) {
            if (later !== id) expect(order.indexOf(later)).toBeGreaterThan(order.indexOf(id));
          }
        }
      }),
    );
  });
});

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
