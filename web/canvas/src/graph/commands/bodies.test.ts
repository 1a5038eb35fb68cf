import { describe, expect, it } from "vitest";
import { type Catalogue, EMPTY_CATALOGUE } from "../catalogue.ts";
import { toPlain } from "../json.ts";
import { parseWorkflow } from "../workflow.ts";
import { bodyFromNodes, emptyBody } from "./bodies.ts";

const CATALOGUE: Catalogue = EMPTY_CATALOGUE;
const WORKFLOW = parseWorkflow(`{
  "latentgraph": 1,
  "nodes": {
    "one": {"type": "x/y"},
    "loud": {"type": "x/y", "inputs": {"word": {"from": "one.text"}, "mark": "!"}},
    "each": {"type": "flow/map"},
    "end": {"type": "x/y", "inputs": {"words": {"from": "loud.text"}}},
    "pick": {"type": "flow/switch", "inputs": {"cases": {"a": "A"}}}
  },
  "definitions": {"A": {"nodes": {}}},
  "interface": {
    "inputs": {"mark": {"node": "loud", "input": "mark"}},
    "outputs": {"text": {"node": "loud", "output": "text"}}
  }
}`);

describe("a body made of nodes", () => {
  const made = bodyFromNodes(
    WORKFLOW,
    null,
    { node: "each", input: "body" },
    new Set(["loud", "each"]),
    "Loud",
    CATALOGUE,
  );
  if ("refused" in made) throw new Error(made.refused);
  const plain = toPlain(made.workflow) as never as {
    nodes: Record<string, unknown>;
    interface: unknown;
    definitions: Record<string, { nodes: Record<string, unknown> }>;
  };

  it("is in a definition, and nowhere else", () => {
    expect(Object.keys(plain.nodes)).toEqual(["one", "each", "end", "pick"]);
    expect(Object.keys(plain.definitions.Loud?.nodes ?? {})).toEqual(["loud"]);
  });

  it("has its links and its part of the interface at the node that runs it", () => {
    expect(plain.nodes.each).toMatchObject({
      inputs: { body: "Loud", each: ["word"], word: { from: "one.text" } },
    });
    expect(plain.nodes.end).toMatchObject({ inputs: { words: { from: "each.text" } } });
    expect(plain.interface).toEqual({
      inputs: { mark: { node: "each", input: "mark" } },
      outputs: { text: { node: "each", output: "text" } },
    });
  });
});

describe("an empty body", () => {
  it("gets a free name, in a case as in an input", () => {
    const { workflow, name } = emptyBody(WORKFLOW, null, { node: "pick", input: "cases.b" }, "A");
    expect(name).toBe("A 2");
    expect(toPlain(workflow)).toMatchObject({
      nodes: { pick: { inputs: { cases: { a: "A", b: "A 2" } } } },
      definitions: { "A 2": { nodes: {} } },
    });
  });
});
