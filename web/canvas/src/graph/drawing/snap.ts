/** Snapping of boxes to the picture's edges and middle, a grid, and to other boxes. */

import { type Corners, type Handle, moved, resized } from "./boxes.ts";

/** Lines that boxes are drawn to, from 0 to 1. */
export interface SnapLines {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A box as it was snapped, and the lines that it lies on. */
export interface Snapped {
  readonly box: Corners;
  readonly guides: SnapLines;
}

const NO_GUIDES: SnapLines = { x: [], y: [] };

/** The lines to snap to; `grid` is the number of cells of a side, 0 for no grid. */
export function snapLines(others: readonly Corners[], grid: number): SnapLines {
  const cells = grid > 0 ? Array.from({ length: grid - 1 }, (_, index) => (index + 1) / grid) : [];
  return {
    x: [0, 0.5, 1, ...others.flatMap(([x0, , x1]) => [x0, (x0 + x1) / 2, x1]), ...cells],
    y: [0, 0.5, 1, ...others.flatMap(([, y0, , y1]) => [y0, (y0 + y1) / 2, y1]), ...cells],
  };
}

/** The line nearest to one of some places: how far it is, and where; null where none is near enough. */
function nearest(
  places: readonly number[],
  lines: readonly number[],
  reach: number,
): { readonly by: number; readonly line: number } | null {
  let best: { by: number; line: number } | null = null;
  for (const line of lines) {
    for (const place of places) {
      const by = line - place;
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, line };
    }
  }
  return best;
}

/** A box that is being moved: its edges or its middle come to lie on lines within `reach`. */
export function snapMoved(
  box: Corners,
  lines: SnapLines,
  reach: { readonly x: number; readonly y: number },
): Snapped {
  const [x0, y0, x1, y1] = box;
  const x = nearest([x0, (x0 + x1) / 2, x1], lines.x, reach.x);
  const y = nearest([y0, (y0 + y1) / 2, y1], lines.y, reach.y);
  if (!x && !y) return { box, guides: NO_GUIDES };
  return {
    box: moved(box, x?.by ?? 0, y?.by ?? 0),
    guides: { x: x ? [x.line] : [], y: y ? [y.line] : [] },
  };
}

/** A point that is being dragged: it comes to lie on lines within `reach`. */
export function snapPoint(
  point: readonly [number, number],
  lines: SnapLines,
  reach: { readonly x: number; readonly y: number },
): { readonly point: readonly [number, number]; readonly guides: SnapLines } {
  const x = nearest([point[0]], lines.x, reach.x);
  const y = nearest([point[1]], lines.y, reach.y);
  return {
    point: [x?.line ?? point[0], y?.line ?? point[1]],
    guides: { x: x ? [x.line] : [], y: y ? [y.line] : [] },
  };
}

/** A box that is being resized by a handle: the sides of the handle snap, the others stay. */
export function snapResized(
  box: Corners,
  handle: Handle,
  point: readonly [number, number],
  lines: SnapLines,
  reach: { readonly x: number; readonly y: number },
): Snapped {
  const snapped = snapPoint(point, lines, reach);
  const across = handle.includes("e") || handle.includes("w");
  const along = handle.includes("n") || handle.includes("s");
  return {
    box: resized(box, handle, ...snapped.point),
    guides: { x: across ? snapped.guides.x : [], y: along ? snapped.guides.y : [] },
  };
}
