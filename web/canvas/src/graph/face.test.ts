import { describe, expect, it } from "vitest";
import { type Catalogue, EMPTY_CATALOGUE, type NodeSpec } from "./catalogue.ts";
import { setInput } from "./commands/inputs.ts";
import { moveNodes } from "./commands/layout.ts";
import { connect } from "./commands/links.ts";
import { faceOf, facesOf, specFace } from "./face.ts";
import type { Shape } from "./shape.ts";
import { documentOf } from "./testing/plain.ts";
import { bodyAt, type Place, type Workflow } from "./workflow.ts";

const IMAGE: Shape = { is: "value", name: "core/image" };
const TEXT: Shape = { is: "text" };
const T: Shape = { is: "variable", name: "T" };

const socket = (shape: Shape, more = {}) => ({
  type: shape.is === "value" ? "Image" : shape.is,
  shape,
  required: true,
  many: false,
  schema: null,
  ...more,
});

function spec(type: string, inputs: NodeSpec["inputs"], outputs: NodeSpec["outputs"]): NodeSpec {
  const common = { version: 1, title: type, category: "", lane: "cpu", kind: "pure", help: "" } as const;
  return { ...common, type, inputs, outputs };
}

const CATALOGUE: Catalogue = {
  ...EMPTY_CATALOGUE,
  nodes: {
    "x/load": spec("x/load", {}, { image: socket(IMAGE) }),
    "x/write": spec(
      "x/write",
      { text: socket(TEXT), size: socket({ is: "whole" }, { required: false }) },
      { text: socket(TEXT) },
    ),
    "flow/pass": spec("flow/pass", { value: socket(T) }, { value: socket(T) }),
    "flow/call": spec("flow/call", { body: socket(TEXT, { fixed: true }) }, {}),
    "flow/map": spec(
      "flow/map",
      { body: socket(TEXT, { fixed: true }), each: socket({ is: "list", of: TEXT }, { fixed: true }) },
      {},
    ),
    "flow/switch": spec("flow/switch", { choice: socket(TEXT) }, {}),
  },
};

const DOCUMENT = documentOf({
  nodes: {
    load: { type: "x/load" },
    way: { type: "flow/pass", inputs: { value: { from: "load.image" } } },
    loose: { type: "flow/pass" },
    call: { type: "flow/call", inputs: { body: "through", thing: { from: "way.value" } } },
    each: { type: "flow/map", inputs: { body: "write", each: ["text"] } },
    choose: { type: "flow/switch", inputs: { choice: "a", cases: { a: "write" }, default: "through" } },
    gone: { type: "elsewhere/thing", inputs: { odd: 1 } },
    newer: { type: "x/load", version: 9 },
    end: { type: "x/write", inputs: { text: { from: "gone.words" } } },
  },
  definitions: {
    through: {
      nodes: {
        pass: { type: "flow/pass" },
        again: { type: "flow/pass", inputs: { value: { from: "pass.value" } } },
      },
      interface: {
        inputs: { thing: { node: "pass", input: "value" } },
        outputs: { text: { node: "again", output: "value" } },
      },
    },
    write: {
      nodes: { a: { type: "x/write", inputs: { text: "given" } }, b: { type: "x/write" } },
      interface: {
        inputs: {
          text: { node: "a", input: "text", also: [{ node: "b", input: "text" }], title: "Words" },
          size: { node: "a", input: "size" },
        },
        outputs: { text: { node: "a", output: "text" }, more: { node: "b", output: "text" } },
      },
    },
  },
});

const faces = (workflow: Workflow, place: Place = null) =>
  facesOf(workflow, bodyAt(workflow, place), CATALOGUE);
const face = (id: string) => {
  const found = faces(DOCUMENT).get(id);
  if (!found) throw new Error(id);
  return found;
};

describe("the face of a node", () => {
  it("says why its type can not be used, and still shows what is written and linked", () => {
    expect(face("gone")).toMatchObject({ missing: "pack", inputs: [{ name: "odd", known: false }] });
    expect(face("gone").outputs.map((one) => one.name)).toEqual(["words"]);
    expect(face("newer").missing).toBe("version");
    expect(face("load").missing).toBeNull();
  });

  it("is called what its definition is called, where it calls one that has a title", () => {
    expect(face("call").title).toBe("flow/call");
    const titled = documentOf({
      nodes: {
        call: { type: "flow/call", inputs: { body: "a" } },
        each: { type: "flow/map", inputs: { body: "a" } },
      },
      definitions: { a: { title: "Twice as much", help: "Doubles.", nodes: {} } },
    });
    expect(faces(titled).get("call")).toMatchObject({ title: "Twice as much", help: "Doubles." });
    expect(faces(titled).get("each")?.title).toBe("flow/map");
  });

  it("has what choices are called in the reader's language", () => {
    const choices = { stretch: "늘이기" };
    const fit = { ...socket({ is: "choice", of: ["stretch", "crop"] }), required: false };
    const catalogue: Catalogue = {
      ...CATALOGUE,
      nodes: { "x/resize": spec("x/resize", { fit }, {}) },
      texts: { nodes: { "x/resize": { inputs: { fit: { title: "맞춤", choices } } } } },
    };
    expect(specFace("x/resize", catalogue).inputs).toMatchObject([{ title: "맞춤", choices }]);
  });

  it("has the ports of the definition that it uses", () => {
    const ports = face("each").inputs.filter((one) => !one.fixed);
    expect(ports.map(({ name, title, required, many }) => [name, title, required, many])).toEqual([
      ["text", "Words", true, true],
      ["size", "Size", false, false],
    ]);
    expect(face("each").outputs.map((one) => one.shape)).toEqual([
      { is: "list", of: TEXT },
      { is: "list", of: TEXT },
    ]);
  });

  it("has of several branches what all give, of either type", () => {
    expect(face("choose").outputs.map((one) => [one.name, one.shape.is])).toEqual([["text", "union"]]);
    expect(face("choose").inputs.map((one) => one.name)).toEqual([
      "choice",
      "thing",
      "text",
      "size",
      "cases",
      "default",
    ]);
  });

  it("gives the type that arrives, through waypoints and definitions", () => {
    expect(face("way").outputs[0]).toMatchObject({ shape: IMAGE, type: "Image" });
    expect(face("call").outputs[0]?.shape).toEqual(IMAGE);
    expect(face("loose").outputs[0]?.shape.is).toBe("variable");
  });

  it("is the same object for as long as nothing about it changed", () => {
    const moved = moveNodes(DOCUMENT, null, new Map([["load", [1, 1]]]));
    const [before, after] = [faces(DOCUMENT), faces(moved)];
    for (const [id, one] of before) expect(after.get(id), id).toBe(one);
    const inside = moveNodes(DOCUMENT, "write", new Map([["a", [5, 5]]]));
    expect(faces(inside).get("each")).toBe(before.get("each"));
    const linked = connect(DOCUMENT, null, {
      source: "load",
      output: "image",
      target: "loose",
      input: "value",
      many: false,
    });
    expect(faces(linked).get("loose")).not.toBe(before.get("loose"));
    expect(faces(linked).get("gone")).toBe(before.get("gone"));
  });

  it("is worked out of definitions that use themselves, and of many inside each other", () => {
    const circle = setInput(DOCUMENT, null, "call", "body", "a");
    const looped = documentOf({
      nodes: { call: { type: "flow/call", inputs: { body: "a" } } },
      definitions: {
        a: {
          nodes: { x: { type: "flow/call", inputs: { body: "a" } } },
          interface: { inputs: { p: { node: "x", input: "p" } } },
        },
      },
    });
    expect(faces(circle).get("call")?.outputs).toEqual([]);
    expect(
      faces(looped)
        .get("call")
        ?.inputs.map((one) => one.name),
    ).toEqual(["body", "p"]);
    const ports = Object.fromEntries(
      Array.from({ length: 10 }, (_, port) => [`p${port}`, { node: "x", input: `p${port}` }]),
    );
    const definitions = Object.fromEntries(
      Array.from({ length: 30 }, (_, level) => [
        `d${level}`,
        {
          nodes: {
            x:
              level === 0
                ? { type: "elsewhere/x" }
                : { type: "flow/call", inputs: { body: `d${level - 1}` } },
          },
          interface: { inputs: ports },
        },
      ]),
    );
    const deep = documentOf({ nodes: { call: { type: "flow/call", inputs: { body: "d29" } } }, definitions });
    expect(faces(deep).get("call")?.inputs).toHaveLength(11);
    const node = bodyAt(deep, null).nodes.get("call");
    if (node) expect(faceOf(deep, node, CATALOGUE).inputs).toHaveLength(11);
  });
});
