import { describe, expect, it } from "vitest";
import { type Catalogue, EMPTY_CATALOGUE, type NodeSpec } from "./catalogue.ts";
import { missingPacks } from "./missing.ts";
import { parseWorkflow } from "./workflow.ts";

const add: NodeSpec = {
  type: "toy/add",
  version: 1,
  title: "Add",
  category: "",
  lane: "cpu",
  kind: "pure",
  help: "",
  inputs: {},
  outputs: {},
};
const catalogue: Catalogue = { ...EMPTY_CATALOGUE, nodes: { "toy/add": add } };

const workflow = (nodes: object, more: object = {}) =>
  parseWorkflow(JSON.stringify({ latentgraph: 1, nodes, ...more }));

describe("what a document needs and is not here", () => {
  it("is nothing where every node is known", () => {
    expect(missingPacks(workflow({ a: { type: "toy/add", version: 1 } }), catalogue)).toEqual([]);
  });

  it("is named by pack, with the version that the document was made with", () => {
    const nodes = { a: { type: "far/blur" }, b: { type: "far/sharpen" }, c: { type: "far/blur" } };
    expect(missingPacks(workflow(nodes, { lock: { packs: { far: "2.1" } } }), catalogue)).toEqual([
      { pack: "far", version: "2.1", isHere: false, types: ["far/blur", "far/sharpen"], count: 3 },
    ]);
  });

  it("tells a pack that is here in an older version", () => {
    const [newer] = missingPacks(workflow({ a: { type: "toy/add", version: 9 } }), catalogue);
    expect(newer).toMatchObject({ pack: "toy", isHere: true, types: ["toy/add"] });
    const [other] = missingPacks(workflow({ a: { type: "toy/other" } }), catalogue);
    expect(other).toMatchObject({ pack: "toy", isHere: true, types: ["toy/other"] });
  });

  it("counts what is inside definitions", () => {
    const definitions = { part: { nodes: { x: { type: "far/blur" } } } };
    expect(missingPacks(workflow({}, { definitions }), catalogue)[0]?.count).toBe(1);
  });
});
