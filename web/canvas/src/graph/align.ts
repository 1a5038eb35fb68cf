/** Where boxes stand when they are lined up: plain geometry, for any boxes by id. */

import type { Box } from "./workflow.ts";

export type AlignSide = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "across" | "down";

type Positions = ReadonlyMap<string, readonly [number, number]>;

/** The positions of boxes that share a side, or a middle, of the box around them all. */
export function aligned(boxes: ReadonlyMap<string, Box>, side: AlignSide): Positions {
  const all = [...boxes.values()];
  const left = Math.min(...all.map((one) => one.x));
  const right = Math.max(...all.map((one) => one.x + one.width));
  const top = Math.min(...all.map((one) => one.y));
  const bottom = Math.max(...all.map((one) => one.y + one.height));
  const place = ({ x, y, width, height }: Box): readonly [number, number] => {
    switch (side) {
      case "left":
        return [left, y];
      case "right":
        return [right - width, y];
      case "centre":
        return [(left + right - width) / 2, y];
      case "top":
        return [x, top];
      case "bottom":
        return [x, bottom - height];
      case "middle":
        return [x, (top + bottom - height) / 2];
    }
  };
  return new Map([...boxes].map(([id, box]) => [id, place(box)]));
}

/** The positions of boxes with equal gaps between them; the outermost two stay where they are. */
export function distributed(boxes: ReadonlyMap<string, Box>, axis: Axis): Positions {
  const start = (box: Box) => (axis === "across" ? box.x : box.y);
  const length = (box: Box) => (axis === "across" ? box.width : box.height);
  const sorted = [...boxes].sort(([, one], [, other]) => start(one) - start(other));
  const [first, last] = [sorted[0]?.[1], sorted.at(-1)?.[1]];
  if (!first || !last || sorted.length < 3) {
    return new Map([...boxes].map(([id, { x, y }]) => [id, [x, y]]));
  }
  const room = start(last) + length(last) - start(first);
  const used = sorted.reduce((sum, [, box]) => sum + length(box), 0);
  const gap = (room - used) / (sorted.length - 1);
  let at = start(first);
  const found = new Map<string, readonly [number, number]>();
  for (const [id, box] of sorted) {
    found.set(id, axis === "across" ? [at, box.y] : [box.x, at]);
    at += length(box) + gap;
  }
  return found;
}
