/** Where nodes without a position stand: in columns by what they need, from the links alone. */

import type { Face } from "./face.ts";
import { type Geometry, geometryOf, WIDTH } from "./geometry.ts";
import { type Body, edgesInto } from "./workflow.ts";

const COLUMN_GAP = 72;
const ROW_GAP = 32;

/** The column of each node: one right of the furthest node that it needs; nodes in a circle share one. */
export function columnsOf(body: Body): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  const waiting = new Map<string, number>();
  const followers = new Map<string, string[]>();
  for (const [id, node] of body.nodes) {
    const sources = new Set(
      edgesInto(id, node).flatMap((edge) => (body.nodes.has(edge.source) ? [edge.source] : [])),
    );
    sources.delete(id);
    waiting.set(id, sources.size);
    for (const source of sources) followers.set(source, [...(followers.get(source) ?? []), id]);
  }
  const ready = [...waiting].flatMap(([id, count]) => (count === 0 ? [id] : []));
  for (const id of ready) columns.set(id, 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    const column = columns.get(next) ?? 0;
    for (const follower of followers.get(next) ?? []) {
      columns.set(follower, Math.max(columns.get(follower) ?? 0, column + 1));
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  for (const id of body.nodes.keys()) if (!columns.has(id)) columns.set(id, 0);
  return columns;
}

/** The place of every node: what the document says, else what the links say. */
export function positionsOf(
  body: Body,
  faces: ReadonlyMap<string, Face>,
): ReadonlyMap<string, readonly [number, number]> {
  const { positions } = body.layout;
  if ([...body.nodes.keys()].every((id) => positions.has(id))) return positions;
  const columns = columnsOf(body);
  const heights = new Map<number, number>();
  const found = new Map<string, readonly [number, number]>();
  const below = Math.max(0, ...[...positions.values()].map(([, y]) => y + 400));
  const top = positions.size > 0 ? below : 0;
  for (const id of body.nodes.keys()) {
    const column = columns.get(id) ?? 0;
    const y = heights.get(column) ?? top;
    const face = faces.get(id);
    const size: Geometry | null = face ? geometryOf(face) : null;
    heights.set(column, y + (size?.height ?? 100) + ROW_GAP);
    found.set(id, positions.get(id) ?? [column * (WIDTH + COLUMN_GAP), y]);
  }
  return found;
}
