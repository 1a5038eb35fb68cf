/** Laying nodes out anew, in columns by what they need. Imported only when it is asked for: it brings dagre. */

import { Graph, layout } from "@dagrejs/dagre";
import { type Body, type Box, edgesInto } from "./workflow.ts";

const MANY = 400; // beyond it the better ranking takes seconds

/** Where nodes stand when they are tidied, those of `boxes` alone; the upper left corner of all stays. */
export function tidied(
  body: Body,
  boxes: ReadonlyMap<string, Box>,
): ReadonlyMap<string, readonly [number, number]> {
  const graph = new Graph();
  const ranker = boxes.size > MANY ? "longest-path" : "network-simplex";
  graph.setGraph({ rankdir: "LR", nodesep: 32, edgesep: 16, ranksep: 72, ranker });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { width, height }] of boxes) graph.setNode(id, { width, height });
  for (const id of boxes.keys()) {
    const node = body.nodes.get(id);
    for (const { source } of node ? edgesInto(id, node) : []) {
      if (boxes.has(source) && source !== id) graph.setEdge(source, id);
    }
  }
  layout(graph);
  const found = new Map<string, readonly [number, number]>();
  for (const [id, { width, height }] of boxes) {
    const { x, y } = graph.node(id) as { readonly x: number; readonly y: number };
    found.set(id, [x - width / 2, y - height / 2]);
  }
  return movedTo(found, cornerOf([...boxes.values()].map(({ x, y }) => [x, y])));
}

function cornerOf(all: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
}

function movedTo(
  positions: ReadonlyMap<string, readonly [number, number]>,
  [left, top]: readonly [number, number],
): ReadonlyMap<string, readonly [number, number]> {
  const [x, y] = cornerOf([...positions.values()]);
  return new Map([...positions].map(([id, at]) => [id, [at[0] - x + left, at[1] - y + top]]));
}
