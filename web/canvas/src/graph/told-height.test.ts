import { describe, expect, it } from "vitest";
import { type Catalogue, EMPTY_CATALOGUE } from "./catalogue.ts";
import { specFace } from "./face.ts";
import { geometryOf, tellHeight } from "./geometry.ts";

const catalogue: Catalogue = {
  ...EMPTY_CATALOGUE,
  nodes: {
    "a/b": {
      type: "a/b",
      version: 1,
      title: "B",
      category: "",
      lane: "cpu",
      kind: "pure",
      help: "",
      inputs: {
        x: {
          type: "",
          shape: { is: "any" },
          required: false,
          many: false,
          schema: { type: "array", "x-control": "a/c" },
        },
      },
      outputs: {},
    },
  },
};
const height = () => geometryOf(specFace("a/b", catalogue)).rows[0]?.height;

describe("a control that a pack brings", () => {
  it("gets the height that it asks for, grows and never shrinks again", () => {
    expect(tellHeight("a/c", 36)).toBe(true);
    expect(height()).toBe(40);
    expect(tellHeight("a/c", 96)).toBe(true);
    expect(tellHeight("a/c", 50)).toBe(false);
    expect(height()).toBe(100);
  });

  it("does not get more than a node has room for", () => {
    tellHeight("a/c", 5000);
    expect(height()).toBe(320);
  });
});
