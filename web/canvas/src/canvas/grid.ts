/** Things by where they are, so that what is near a box is found without looking at everything. */

import type { Box } from "../graph/workflow.ts";

const CELL = 1024; // canvas units; a few nodes
const MOST_CELLS = 64; // a thing that lies in more is near everything

/** Holds things with their boxes. Nothing is taken out: whoever changes something makes another grid. */
export class Grid<T> {
  private readonly cells = new Map<string, T[]>();
  private readonly wide: T[] = [];

  add(thing: T, box: Box): void {
    const keys = keysOf(box);
    if (keys === null) {
      this.wide.push(thing);
      return;
    }
    for (const key of keys) {
      const cell = this.cells.get(key);
      if (cell) cell.push(thing);
      else this.cells.set(key, [thing]);
    }
  }

  /** All that may touch a box, each once, and some that only lie near it. */
  near(box: Box): ReadonlySet<T> {
    const found = new Set(this.wide);
    for (const key of keysOf(box) ?? this.cells.keys()) {
      for (const thing of this.cells.get(key) ?? []) found.add(thing);
    }
    return found;
  }
}

function keysOf({ x, y, width, height }: Box): string[] | null {
  const [left, right] = [Math.floor(x / CELL), Math.floor((x + width) / CELL)];
  const [top, bottom] = [Math.floor(y / CELL), Math.floor((y + height) / CELL)];
  if ((right - left + 1) * (bottom - top + 1) > MOST_CELLS) return null;
  const keys: string[] = [];
  for (let column = left; column <= right; column++) {
    for (let row = top; row <= bottom; row++) keys.push(`${column} ${row}`);
  }
  return keys;
}
