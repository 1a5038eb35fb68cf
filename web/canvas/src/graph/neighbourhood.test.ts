import { describe, expect, it } from "vitest";
import { fromPlain } from "./json.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { bodyAt } from "./workflow.ts";

const use = (inputs = {}) => ({ type: "toy/node", version: 1, inputs });
const document = fromPlain({
  latentgraph: 1,
  nodes: { a: use(), b: use({ x: { from: "a.x" } }), c: use({ x: { from: "b.x" } }), far: use() },
});
if (!(document instanceof Map)) throw new Error("a document is an object");
const body = bodyAt(document, null);

describe("the neighbourhood of a node", () => {
  it("holds what is linked to it, both ways, nearest first", () => {
    expect(neighbourhood(body, "b", 10)).toEqual(["b", "a", "c"]);
    expect(neighbourhood(body, "a", 10)).toEqual(["a", "b", "c"]);
  });
  it("ends where enough were found", () => expect(neighbourhood(body, "a", 2)).toEqual(["a", "b"]));
});
