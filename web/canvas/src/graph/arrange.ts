/** Where nodes without a position stand: in columns by what they need, from the links alone. */

import type { Face } from "./face.ts";
import { type Geometry, geometryOf, WIDTH } from "./geometry.ts";
import { followersOf } from "./order.ts";
import type { Body } from "./workflow.ts";

const COLUMN_GAP = 72;
const ROW_GAP = 32;

/** The column of each node: one right of the furthest node that it needs; nodes in a circle share one. */
function columnsOf(body: Body): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  const followers = followersOf(body.nodes);
  const waiting = needCounts(body, followers);
  const ready = [...waiting].flatMap(([id, count]) => (count === 0 ? [id] : []));
  for (const id of ready) columns.set(id, 0);
  for (const next of ready) {
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

/** How many others each node needs. */
function needCounts(body: Body, followers: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of body.nodes.keys()) counts.set(id, 0);
  for (const [source, those] of followers) {
    if (!body.nodes.has(source)) continue;
    for (const id of those) if (id !== source) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
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
