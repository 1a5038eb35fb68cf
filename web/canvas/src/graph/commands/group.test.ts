import { describe, expect, it } from "vitest";
import { toPlain } from "../json.ts";
import { parseWorkflow, type Workflow } from "../workflow.ts";
import { group } from "./group.ts";
import { ungroup } from "./ungroup.ts";

const LETTERS = `{
  "latentgraph": 1,
  "nodes": {
    "word": {"type": "letters/decorate", "inputs": {"word": "a"}},
    "loud": {"type": "letters/decorate", "inputs": {"word": {"from": "word.text"}, "after": "!"}},
    "quiet": {"type": "letters/decorate", "inputs": {"word": {"from": "word.text"}}},
    "both": {"type": "letters/join", "inputs": {"words": [{"from": "loud.text"}, "and", {"from": "word.text"}]}},
    "end": {"type": "letters/join", "inputs": {"words": [{"from": "both.text"}, {"from": "quiet.text"}]}}
  },
  "interface": {
    "inputs": {"mark": {"node": "loud", "input": "after", "also": [{"node": "quiet", "input": "after"}]}},
    "outputs": {"text": {"node": "end", "output": "text"}, "part": {"node": "both", "output": "text"}}
  },
  "layout": {"positions": {"loud": [0, 10], "quiet": [101, 30], "both": [20, 0], "word": [-100, 0]}}
}`;

function grouped(workflow: Workflow, ids: readonly string[]) {
  const made = group(workflow, null, new Set(ids), "Both");
  if ("refused" in made) throw new Error(made.refused);
  return made;
}

describe("a group", () => {
  const made = grouped(parseWorkflow(LETTERS), ["loud", "quiet", "both"]);
  const plain = toPlain(made.workflow) as never as {
    nodes: Record<string, unknown>;
    definitions: Record<string, unknown>;
    interface: unknown;
    layout: unknown;
  };

  it("takes what crosses its border through ports, one for several inputs of the same output", () => {
    expect(plain.definitions.Both).toEqual({
      nodes: {
        loud: { type: "letters/decorate", inputs: { after: "!" } },
        quiet: { type: "letters/decorate", inputs: {} },
        both: {
          type: "letters/join",
          inputs: { words: [{ from: "loud.text" }, "and", { from: "words.value" }] },
        },
        words: { type: "flow/pass", version: 1, inputs: {} },
      },
      interface: {
        inputs: {
          word: { node: "loud", input: "word", also: [{ node: "quiet", input: "word" }] },
          after: { node: "loud", input: "after", also: [{ node: "quiet", input: "after" }] },
          words: { node: "words", input: "value" },
        },
        outputs: { text: { node: "both", output: "text" }, text_2: { node: "quiet", output: "text" } },
      },
      layout: { positions: { loud: [0, 10], quiet: [101, 30], both: [20, 0] } },
    });
  });

  it("is one node outside, which the interface leads to", () => {
    expect(Object.keys(plain.nodes)).toEqual(["word", "Both", "end"]);
    expect(plain.nodes).toMatchObject({
      Both: {
        type: "flow/call",
        inputs: { body: "Both", word: { from: "word.text" }, words: { from: "word.text" } },
      },
      end: { inputs: { words: [{ from: "Both.text" }, { from: "Both.text_2" }] } },
    });
    expect(plain.interface).toEqual({
      inputs: { mark: { node: "Both", input: "after" } },
      outputs: { text: { node: "end", output: "text" }, part: { node: "Both", output: "text" } },
    });
    expect(plain.layout).toEqual({ positions: { word: [-100, 0], Both: [50, 15] } });
  });

  it("gives the same graph when it is put apart", () => {
    const { workflow, ids } = ungroup(made.workflow, null, made.call);
    expect([...ids.values()]).toEqual(["loud", "quiet", "both"]);
    const before = toPlain(parseWorkflow(LETTERS));
    expect({ ...(toPlain(workflow) as object), definitions: undefined }).toEqual({ ...(before as object) });
  });

  it("is refused for nothing, and where it would need itself", () => {
    const workflow = parseWorkflow(LETTERS);
    expect(group(workflow, null, new Set(["nobody"]), "X")).toEqual({ refused: "nothing" });
    expect(group(workflow, null, new Set(["word", "both"]), "X")).toEqual({ refused: "circle" });
  });
});
