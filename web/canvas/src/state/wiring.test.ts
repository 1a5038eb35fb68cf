import { describe, expect, it } from "vitest";
import type { Face, InputFace, OutputFace } from "../graph/face.ts";
import { geometryOf } from "../graph/geometry.ts";
import type { Shape } from "../graph/shape.ts";
import { type Body, bodyAt, type Edge, emptyWorkflow, type WorkflowNode } from "../graph/workflow.ts";
import type { Scene, SceneNode } from "./scene.ts";
import { circleOf, looseEnd, meantSockets, refusalOf, throughNode, wireTo } from "./wiring.ts";

const WHOLE: Shape = { is: "whole" };
const TEXT: Shape = { is: "text" };

function input(name: string, shape: Shape, more: Partial<InputFace> = {}): InputFace {
  return {
    name,
    title: name,
    help: "",
    type: shape.is,
    shape,
    required: true,
    many: false,
    fixed: false,
    schema: null,
    control: "none",
    default: undefined,
    known: true,
    ...more,
  };
}

function output(name: string, shape: Shape): OutputFace {
  return { name, title: name, type: shape.is, shape };
}

const ADD = [[input("a", WHOLE), input("b", WHOLE, { control: "number" })], [output("sum", WHOLE)]] as const;
const SAY = [[input("text", TEXT), input("how", TEXT, { fixed: true })], [output("said", TEXT)]] as const;
const BODY: Body = bodyAt(emptyWorkflow("Test"), null);

function sceneNode(
  id: string,
  [inputs, outputs]: typeof ADD | typeof SAY,
  linked: Iterable<string>,
): SceneNode {
  const face: Face = {
    type: "test/node",
    title: id,
    help: "",
    category: "",
    kind: "pure",
    inputs,
    outputs,
    missing: null,
    waypoint: false,
  };
  const node = { type: "test/node", version: 1, inputs: new Map() } as unknown as WorkflowNode;
  return {
    id,
    node,
    face,
    geometry: geometryOf(face),
    at: [0, 0],
    collapsed: false,
    colour: "",
    size: undefined,
    shows: null,
    promoted: new Set(),
    linked: new Set(linked),
  };
}

/** A scene of additions in a row, each linked to the one before at `a`, and a node for texts beside them. */
function scene(): Scene {
  const edge = (source: string, target: string): Edge =>
    ({ id: `${target}.a`, source, output: "sum", target, input: "a" }) as Edge;
  const nodes = [
    sceneNode("one", ADD, []),
    sceneNode("two", ADD, ["a"]),
    sceneNode("three", ADD, ["a"]),
    sceneNode("free", ADD, []),
    sceneNode("say", SAY, []),
  ];
  return {
    body: BODY,
    nodes: new Map(nodes.map((one) => [one.id, one])),
    edges: [edge("one", "two"), edge("two", "three")],
    frames: [],
    notes: [],
  };
}

const SCENE = scene();

function end(node: string, side: "input" | "output", handle: string) {
  const found = looseEnd(SCENE, node, side, handle);
  if (!found) throw new Error(`no socket ${handle} at ${node}`);
  return { from: found, circle: circleOf(SCENE, found) };
}

describe("a link that is being drawn", () => {
  it("would close a circle with all that its node needs, and from an input with all that need it", () => {
    expect([...circleOf(SCENE, { node: "three", side: "output" })].sort()).toEqual(["one", "three", "two"]);
    expect([...circleOf(SCENE, { node: "one", side: "input" })].sort()).toEqual(["one", "three", "two"]);
    expect([...circleOf(SCENE, { node: "one", side: "output" })]).toEqual(["one"]);
  });

  it.each([
    ["its own side", "two", "output", "sum", "side"],
    ["its own node", "one", "input", "a", "self"],
    ["another type", "say", "input", "text", "type"],
    ["what must be written out", "say", "input", "how", "fixed"],
    ["what is not there", "two", "input", "nowhere", "type"],
    ["what fits", "two", "input", "b", null],
  ] as const)("from an output may not go to %s, or may", (_, node, side, handle, refusal) => {
    const { from, circle } = end("one", "output", "sum");
    expect(refusalOf(SCENE, from, circle, { node, side, handle })).toBe(refusal);
  });

  it("says that it would close a circle, whichever end it begins at", () => {
    const output = end("three", "output", "sum");
    const input = end("one", "input", "b");
    const at = (node: string, side: "input" | "output", handle: string) => ({ node, side, handle });
    expect(refusalOf(SCENE, output.from, output.circle, at("one", "input", "b"))).toBe("circle");
    expect(refusalOf(SCENE, input.from, input.circle, at("three", "output", "sum"))).toBe("circle");
  });

  it("is meant for the sockets of a node that are free before those that are linked, for none where none fits", () => {
    const { from, circle } = end("one", "output", "sum");
    expect(meantSockets(SCENE, from, circle, "free")).toEqual(["a"]);
    expect(meantSockets(SCENE, from, circle, "two")).toEqual(["b"]);
    expect(meantSockets(SCENE, from, circle, "say")).toEqual([]);
  });

  it("leads from the output to the input, whichever end it began at", () => {
    const wire = { source: "one", output: "sum", target: "free", input: "b", many: false };
    expect(wireTo(SCENE, end("one", "output", "sum").from, "free", "b")).toEqual(wire);
    expect(wireTo(SCENE, end("free", "input", "b").from, "one", "sum")).toEqual(wire);
  });
});

describe("a node that is dropped on a link", () => {
  const link = { source: "one", output: "sum", target: "two", input: "a" };

  it("goes in between where its sockets fit both ends", () => {
    expect(throughNode(SCENE, link, "free")).toEqual({
      node: "free",
      input: "a",
      many: false,
      output: "sum",
    });
  });

  it("does not where they do not, nor between itself and another", () => {
    expect(throughNode(SCENE, link, "say")).toBeNull();
    expect(throughNode(SCENE, link, "two")).toBeNull();
  });
});
