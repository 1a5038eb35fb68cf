import { describe, expect, it } from "vitest";
import { type Catalogue, EMPTY_CATALOGUE, type NodeSpec } from "./catalogue.ts";
import { matchScore, searchNodes, socketFor } from "./search.ts";
import type { Shape } from "./shape.ts";

const LATENT: Shape = { is: "value", name: "core/latent" };
const IMAGE: Shape = { is: "value", name: "core/image" };

function spec(type: string, title: string, more: Partial<NodeSpec> = {}): NodeSpec {
  return {
    type,
    title,
    version: 1,
    category: "misc",
    lane: "cpu",
    kind: "pure",
    help: "",
    inputs: {},
    outputs: {},
    ...more,
  };
}

const input = (shape: Shape, more = {}) => ({
  type: "",
  shape,
  required: true,
  many: false,
  schema: null,
  ...more,
});
const output = (shape: Shape, type = "") => ({ type, shape });

function catalogueOf(...specs: readonly NodeSpec[]): Catalogue {
  return {
    ...EMPTY_CATALOGUE,
    nodes: Object.fromEntries(specs.map((one) => [one.type, one])),
    values: { "core/latent": { title: "Latent", colour: "" }, "core/image": { title: "Image", colour: "" } },
    texts: {
      nodes: { "core/decode": { title: "잠재 디코드", help: "이미지로" } },
      values: { "core/image": "이미지" },
      categories: { sampling: "샘플링" },
    },
  };
}

const CATALOGUE = catalogueOf(
  spec("core/decode", "Decode latent", {
    inputs: { samples: input(LATENT) },
    outputs: { image: output(IMAGE) },
    help: "Make pixels of a latent.",
  }),
  spec("core/encode", "Encode image", {
    inputs: { image: input(IMAGE) },
    outputs: { latent: output(LATENT) },
    help: "The opposite of decode.",
  }),
  spec("core/sample", "Sample", { category: "sampling", outputs: { latent: output(LATENT) } }),
  spec("core/upscale", "Latent upscale", { inputs: { latent: input(LATENT) } }),
  spec("flow/pass", "Pass on", { inputs: { value: input({ is: "variable", name: "T" }) } }),
  spec("core/list", "Make a grid", { inputs: { all: input({ is: "list", of: IMAGE }, { many: true }) } }),
);

const types = (text: string, end: Parameters<typeof searchNodes>[2] = null) =>
  searchNodes(CATALOGUE, text, end).map((one) => one.type);

describe("the search for node types", () => {
  it("ranks the start of a title over the start of a word in it", () => {
    expect(types("latent").slice(0, 2)).toEqual(["core/upscale", "core/decode"]);
  });

  it("ranks titles over help", () => {
    expect(types("decode")).toEqual(["core/decode", "core/encode"]);
  });

  it("ranks letters in a row over scattered ones", () => {
    const catalogue = catalogueOf(spec("a/x", "Such a mpole"), spec("a/y", "Resample"));
    expect(searchNodes(catalogue, "sample").map((one) => one.type)).toEqual(["a/y", "a/x"]);
  });

  it("finds a title by the first letters of its words", () => {
    expect(types("dl")[0]).toBe("core/decode");
  });

  it("wants every word, in any order, wherever each is", () => {
    expect(types("upscale latent")).toEqual(["core/upscale"]);
    expect(types("pixels core")).toEqual(["core/decode"]);
    expect(types("latent nonsense")).toEqual([]);
  });

  it("finds by type name, category and what goes in and out", () => {
    expect(types("core/list")).toEqual(["core/list"]);
    expect(types("sampling")).toEqual(["core/sample"]);
    expect(types("image")).toEqual(["core/encode", "core/list", "core/decode"]);
  });

  it("reads two languages at once", () => {
    expect(types("디코드")).toEqual(["core/decode"]);
    expect(types("Decode 잠재")).toEqual(["core/decode"]);
    expect(types("샘플")).toEqual(["core/sample"]);
    expect(types("이미지")).toContain("core/encode");
  });

  it("takes the first consonants of Korean words", () => {
    expect(types("ㅈㅈ")).toEqual(["core/decode"]);
    expect(types("ㄷㅋㄷ")).toEqual(["core/decode"]);
    expect(types("ㅎㅎ")).toEqual([]);
  });

  it("gives everything by title when nothing is typed", () => {
    expect(types("  ")).toHaveLength(6);
    expect(types("")[0]).toBe("core/encode");
  });

  it("keeps to what a held link fits, what is made for it first", () => {
    expect(types("", { side: "output", shape: IMAGE })).toEqual(["core/encode", "core/list", "flow/pass"]);
    expect(types("", { side: "input", shape: LATENT })).toEqual(["core/encode", "core/sample"]);
    expect(socketFor(CATALOGUE, "core/decode", { side: "output", shape: LATENT })).toEqual({
      name: "samples",
      exact: true,
    });
  });

  it("gives no more than is asked for", () => {
    expect(searchNodes(CATALOGUE, "", null, 2)).toHaveLength(2);
  });
});

describe("a match in any text", () => {
  it("is better at the start, and none where a letter is missing", () => {
    expect(matchScore("Save as", "save")).toBeGreaterThan(matchScore("Unsaved", "save"));
    expect(matchScore("Save", "x")).toBe(-1);
  });
});
