import { describe, expect, it } from "vitest";
import { toPlain } from "../json.ts";
import { INPUTS_CARD, NEW_PORT, OUTPUTS_CARD, portEdges } from "../port-cards.ts";
import { bodyAt, parseWorkflow, type Workflow } from "../workflow.ts";
import { cut, lead, relead } from "./leading.ts";

const WORKFLOW = parseWorkflow(`{
  "latentgraph": 1,
  "nodes": {"call": {"type": "flow/call", "inputs": {"body": "D", "word": "w"}}},
  "definitions": {"D": {
    "nodes": {
      "a": {"type": "x/y", "inputs": {"word": "one"}},
      "b": {"type": "x/y", "inputs": {"word": {"from": "a.text"}, "after": "!"}}
    },
    "interface": {
      "inputs": {"word": {"node": "a", "input": "word"}},
      "outputs": {"text": {"node": "b", "output": "text", "title": "Text"}}
    }
  }}
}`);

interface Plain {
  nodes: Record<string, { inputs: Record<string, unknown> }>;
  definitions: Record<
    string,
    {
      nodes: Record<string, { inputs: Record<string, unknown> }>;
      interface: { inputs: Record<string, unknown>; outputs: Record<string, unknown> };
    }
  >;
}

const plain = (workflow: Workflow) => toPlain(workflow) as never as Plain;
const inside = (workflow: Workflow) => plain(workflow).definitions.D;
const many = false;
const edgeTo = (workflow: Workflow, target: string, input: string) => {
  const found = portEdges(bodyAt(workflow, "D")).find((one) => one.target === target && one.input === input);
  if (!found) throw new Error(`no link to ${target}.${input}`);
  return found;
};

describe("a link from the card of inputs", () => {
  it("leads a port to one more input, in place of the link that was there", () => {
    const link = { source: INPUTS_CARD, output: "word", target: "b", input: "word", many };
    const now = inside(lead(WORKFLOW, "D", link));
    expect(now?.interface.inputs).toEqual({
      word: { node: "a", input: "word", also: [{ node: "b", input: "word" }] },
    });
    expect(now?.nodes.b?.inputs).toEqual({ after: "!" });
  });

  it("makes a new port of an input, whose value stays as what holds without one", () => {
    const link = { source: INPUTS_CARD, output: NEW_PORT, target: "b", input: "after", many };
    const now = inside(lead(WORKFLOW, "D", link));
    expect(now?.interface.inputs).toMatchObject({ after: { node: "b", input: "after" } });
    expect(now?.nodes.b?.inputs).toMatchObject({ after: "!" });
  });

  it("takes the port away with its last end, and what led to it from outside", () => {
    const now = plain(cut(WORKFLOW, "D", edgeTo(WORKFLOW, "a", "word")));
    expect(now.definitions.D?.interface.inputs).toEqual({});
    expect(now.nodes.call?.inputs).toEqual({ body: "D" });
  });

  it("keeps the port when its end is taken elsewhere", () => {
    const to = { source: INPUTS_CARD, output: "word", target: "b", input: "after", many };
    const now = plain(relead(WORKFLOW, "D", edgeTo(WORKFLOW, "a", "word"), to));
    expect(now.definitions.D?.interface.inputs).toEqual({ word: { node: "b", input: "after" } });
    expect(now.nodes.call?.inputs).toEqual({ body: "D", word: "w" });
  });
});

describe("a link to the card of outputs", () => {
  it("makes an output", () => {
    const link = { source: "a", output: "text", target: OUTPUTS_CARD, input: NEW_PORT, many };
    expect(inside(lead(WORKFLOW, "D", link))?.interface.outputs).toEqual({
      text: { node: "b", output: "text", title: "Text" },
      text_2: { node: "a", output: "text" },
    });
  });

  it("gives an output another source, under the same name", () => {
    const to = { source: "a", output: "text", target: OUTPUTS_CARD, input: "text", many };
    const edge = edgeTo(WORKFLOW, OUTPUTS_CARD, "text");
    expect(inside(relead(WORKFLOW, "D", edge, to))?.interface.outputs).toEqual({
      text: { node: "a", output: "text", title: "Text" },
    });
  });

  it("does not come from the card of inputs", () => {
    const link = { source: INPUTS_CARD, output: "word", target: OUTPUTS_CARD, input: NEW_PORT, many };
    expect(lead(WORKFLOW, "D", link)).toBe(WORKFLOW);
  });
});

describe("a link between nodes", () => {
  it("takes the place of the port that led there", () => {
    const link = { source: "b", output: "text", target: "a", input: "word", many };
    const now = inside(lead(WORKFLOW, "D", link));
    expect(now?.interface.inputs).toEqual({});
    expect(now?.nodes.a?.inputs).toEqual({ word: { from: "b.text" } });
  });
});
