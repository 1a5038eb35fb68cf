import { describe, expect, it } from "vitest";
import { parseJson } from "./json.ts";
import { recognise } from "./recognise.ts";

const kind = (value: unknown) => recognise(parseJson(JSON.stringify(value))).kind;

describe("a file's JSON", () => {
  it("is a workflow where it has the format and nodes", () => {
    expect(kind({ latentgraph: 1, nodes: {} })).toBe("workflow");
    expect(recognise(parseJson('{"latentgraph": 1.0, "nodes": {}}')).kind).toBe("workflow");
  });

  it("is of a newer format where its number is higher, whatever else it holds", () => {
    expect(recognise(parseJson('{"latentgraph": 3}'))).toEqual({ kind: "newer", format: 3 });
  });

  it("is another program's where it is a list of nodes and links, or calls with classes", () => {
    expect(kind({ last_node_id: 3, nodes: [], links: [] })).toBe("foreign");
    expect(kind({ "3": { class_type: "Sampler", inputs: {} } })).toBe("foreign");
    expect(kind({ prompt: { "3": { class_type: "Sampler", inputs: {} } } })).toBe("foreign");
  });

  it("is something else otherwise", () => {
    for (const value of [[], 1, {}, { latentgraph: 1 }, { latentgraph: 1, nodes: [] }, { nodes: {} }]) {
      expect(kind(value)).toBe("other");
    }
  });
});
