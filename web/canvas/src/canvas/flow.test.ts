import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_CATALOGUE } from "../graph/catalogue.ts";
import { type Box, parseWorkflow } from "../graph/workflow.ts";
import { boxOf, type Scene, Scenes } from "../state/scene.ts";
import { nearIn, runsThrough } from "./flow.ts";
import { nodeAt, nodesIn } from "./paint.ts";

const NONE: ReadonlySet<string> = new Set();

/** A scene of nodes at places, each linked to the one before. */
function row(places: readonly (readonly [number, number])[]): Scene {
  const nodes = places.map((_, index) => [
    `n${index}`,
    { type: "a/b", version: 1, inputs: index === 0 ? {} : { in: { from: `n${index - 1}.out` } } },
  ]);
  const positions = Object.fromEntries(places.map((at, index) => [`n${index}`, at]));
  const document = { latentgraph: 1, nodes: Object.fromEntries(nodes), layout: { positions } };
  return new Scenes().make(parseWorkflow(JSON.stringify(document)), null, EMPTY_CATALOGUE, new Map());
}

const place = fc.tuple(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: -4000, max: 4000 }));
const rows = fc.array(place, { minLength: 1, maxLength: 30 }).map(row);
const views = fc.record({
  x: fc.integer({ min: -5000, max: 5000 }),
  y: fc.integer({ min: -5000, max: 5000 }),
  width: fc.integer({ min: 1, max: 3000 }),
  height: fc.integer({ min: 1, max: 3000 }),
});

function touch(one: Box, other: Box): boolean {
  return (
    one.x <= other.x + other.width &&
    other.x <= one.x + one.width &&
    one.y <= other.y + other.height &&
    other.y <= one.y + one.height
  );
}

describe("what is near", () => {
  it("has every node that is seen, both ends of each of its links, and what is kept", () => {
    fc.assert(
      fc.property(rows, views, (scene, view) => {
        const { nodes, edges } = nearIn(scene, view, NONE, ["n0"]);
        const seen = [...scene.nodes.values()].filter((one) => touch(boxOf(one), view)).map((one) => one.id);
        const ends = edges.flatMap(({ source, target }) => [source, target]);
        expect(nodes).toEqual(expect.arrayContaining(["n0", ...seen, ...ends]));
      }),
    );
  });

  it("is in the order of the document, each once", () => {
    fc.assert(
      fc.property(rows, views, (scene, view) => {
        const { nodes, edges } = nearIn(scene, view, NONE, []);
        expect(nodes).toEqual([...scene.nodes.keys()].filter((id) => nodes.includes(id)));
        expect(edges).toEqual(scene.edges.filter((edge) => edges.includes(edge)));
      }),
    );
  });

  it("has the links of what is dragged, wherever it was", () => {
    const scene = row([
      [0, 0],
      [9000, 0],
      [18_000, 0],
    ]);
    const view = { x: 0, y: 5000, width: 100, height: 100 };
    expect(nearIn(scene, view, NONE, []).edges).toEqual([]);
    expect(nearIn(scene, view, new Set(["n1"]), []).edges.map((edge) => edge.target)).toEqual(["n1", "n2"]);
  });
});

describe("a link's curve", () => {
  it("runs through a box around either end, and not through one far off", () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        const around = ([x, y]: readonly [number, number]) => ({ x: x - 1, y: y - 1, width: 2, height: 2 });
        expect(runsThrough(from, to, around(from))).toBe(true);
        expect(runsThrough(from, to, around(to))).toBe(true);
        expect(runsThrough(from, to, around([from[0], 9000]))).toBe(false);
      }),
    );
  });
});

describe("the overview", () => {
  it("finds the node at a point, the upper one first", () => {
    const scene = row([
      [0, 0],
      [20, 20],
    ]);
    expect(nodeAt(scene, [30, 30])?.id).toBe("n1");
    expect(nodeAt(scene, [5, 5])?.id).toBe("n0");
    expect(nodeAt(scene, [-50, 0])).toBeNull();
  });

  it("chooses by a box what the box touches", () => {
    fc.assert(
      fc.property(rows, views, (scene, view) => {
        const touched = [...scene.nodes.values()].filter((one) => touch(boxOf(one), view));
        expect(nodesIn(scene, view)).toEqual(touched.map((one) => one.id));
      }),
    );
  });
});
