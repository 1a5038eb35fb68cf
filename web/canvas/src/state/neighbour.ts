/** The node that lies next to another in a direction, as the arrow keys go. */

export type Direction = "left" | "right" | "up" | "down";

interface Placed {
  readonly at: readonly [number, number];
  readonly geometry: { readonly width: number; readonly height: number };
}

const AHEAD: Readonly<Record<Direction, readonly [number, number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};
const SIDEWAYS = 2; // how much further away a step to the side is than one ahead

/** The nearest node whose middle lies ahead, or null at the edge. Nodes straight ahead count as nearer. */
export function neighbourOf(
  nodes: ReadonlyMap<string, Placed>,
  from: string,
  direction: Direction,
): string | null {
  const start = nodes.get(from);
  if (!start) return null;
  const [x, y] = middle(start);
  const [ax, ay] = AHEAD[direction];
  let best: string | null = null;
  let least = Infinity;
  for (const [id, node] of nodes) {
    if (id === from) continue;
    const [u, v] = middle(node);
    const ahead = (u - x) * ax + (v - y) * ay;
    const aside = Math.abs((u - x) * ay) + Math.abs((v - y) * ax);
    if (ahead <= 0 || aside > 3 * ahead) continue;
    const far = ahead + SIDEWAYS * aside;
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

function middle({ at: [x, y], geometry: { width, height } }: Placed): readonly [number, number] {
  return [x + width / 2, y + height / 2];
}
