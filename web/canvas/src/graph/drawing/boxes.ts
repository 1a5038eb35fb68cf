/** Boxes with labels as the document has them: parts of a picture from 0 to 1, y down, four digits. */

import { isArray, isObject, type Json, numberOf } from "../json.ts";

/** Left, top, right, bottom. */
export type Corners = readonly [number, number, number, number];

export interface Region {
  readonly label: string;
  readonly box: Corners;
}

/** A handle by the sides that it moves: `ne` is the corner at the top right. */
export type Handle = "n" | "e" | "s" | "w" | "ne" | "nw" | "se" | "sw";
export const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

export const LEAST = 0.01; // a side may be so short
export const MOST_BOXES = 64;
export const LONGEST_LABEL = 200;

/** The boxes that a value describes, or null where it is something else. */
export function readRegions(value: Json | undefined): Region[] | null {
  if (value === undefined || value === null) return [];
  if (!isArray(value)) return null;
  const found: Region[] = [];
  for (const one of value) {
    if (!isObject(one)) return null;
    const label = one.get("label");
    const corners = one.get("box");
    if (typeof label !== "string" || !isArray(corners)) return null;
    const [x0, y0, x1, y1] = corners.map(numberOf);
    if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return null;
    found.push({ label, box: [x0, y0, x1, y1] });
  }
  return found;
}

/** The value that says these boxes. */
export function writeRegions(regions: readonly Region[]): Json {
  return regions.map(
    ({ label, box }) =>
      new Map<string, Json>([
        ["label", label],
        ["box", box.map(rounded)],
      ]),
  );
}

export function rounded(number: number): number {
  return Math.round(number * 10_000) / 10_000;
}

function held(number: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, number));
}

/** The box between two points, inside the picture and at least as large as a box may be. */
export function between(one: readonly [number, number], other: readonly [number, number]): Corners {
  const [x0, x1] = span(one[0], other[0]);
  const [y0, y1] = span(one[1], other[1]);
  return [x0, y0, x1, y1];
}

function span(one: number, other: number): [number, number] {
  const low = held(rounded(Math.min(one, other)), 0, 1 - LEAST);
  const high = held(rounded(Math.max(one, other)), rounded(low + LEAST), 1);
  return [low, high];
}

/** A box moved, as far as the picture goes; its size stays. */
export function moved(box: Corners, dx: number, dy: number): Corners {
  const [x0, y0, x1, y1] = box;
  const right = held(dx, -x0, 1 - x1);
  const down = held(dy, -y0, 1 - y1);
  return [rounded(x0 + right), rounded(y0 + down), rounded(x1 + right), rounded(y1 + down)];
}

/** A box whose sides at a handle are at a point; it never turns inside out. */
export function resized(box: Corners, handle: Handle, x: number, y: number): Corners {
  let [x0, y0, x1, y1] = box;
  if (handle.includes("w")) x0 = held(rounded(x), 0, rounded(x1 - LEAST));
  if (handle.includes("e")) x1 = held(rounded(x), rounded(x0 + LEAST), 1);
  if (handle.includes("n")) y0 = held(rounded(y), 0, rounded(y1 - LEAST));
  if (handle.includes("s")) y1 = held(rounded(y), rounded(y0 + LEAST), 1);
  return [x0, y0, x1, y1];
}

/** A box that begins somewhere else, or has another width or height: what the number fields set. */
export function withNumber(box: Corners, field: "x" | "y" | "width" | "height", to: number): Corners {
  const [x0, y0, x1, y1] = box;
  switch (field) {
    case "x":
      return moved(box, to - x0, 0);
    case "y":
      return moved(box, 0, to - y0);
    case "width":
      return resized(box, "e", x0 + to, y1);
    case "height":
      return resized(box, "s", x1, y0 + to);
  }
}

/** Items with one of them at another place. */
export function reordered<T>(items: readonly T[], from: number, to: number): readonly T[] {
  const one = items[from];
  if (one === undefined || from === to || to < 0 || to >= items.length) return items;
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, to), one, ...rest.slice(to)];
}

/** A label that no box has yet: the wanted one with a number behind it. */
export function freeBoxLabel(regions: readonly Region[], wanted: string): string {
  const taken = new Set(regions.map((one) => one.label));
  for (let number = regions.length + 1; ; number++) {
    const label = `${wanted} ${number}`;
    if (!taken.has(label)) return label;
  }
}
