/** Reading the values of a sweep as a person types them, and saying which runs come of them. */

import type { Plain } from "../graph/json.ts";

export type How = "product" | "zip";

/** The most runs that a sweep may have here; the server has its own bounds. */
export const MOST_RUNS = 1000;

const RANGE = /^(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)(?:\s*\/\s*(\d+(?:\.\d+)?))?$/;

/**
 * The values in a text. Texts are one a line; everything else is separated by commas or lines, and may have
 * ranges such as `1..5` or `0..1/0.25`. A JSON list is taken as it is. Null where the text can not be read.
 */
export function readValues(text: string, takesText: boolean): readonly Plain[] | null {
  const list = jsonList(text);
  if (list) return list;
  if (takesText) return text.split("\n").filter((line) => line.trim() !== "");
  const found: Plain[] = [];
  for (const part of text.split(/[,\n]/)) {
    const trimmed = part.trim();
    if (trimmed === "") continue;
    const range = RANGE.exec(trimmed);
    if (range) {
      const values = rangeOf(Number(range[1]), Number(range[2]), Number(range[3] ?? 1));
      if (!values) return null;
      found.push(...values);
      continue;
    }
    try {
      found.push(JSON.parse(trimmed) as Plain);
    } catch {
      found.push(trimmed);
    }
  }
  return found;
}

function jsonList(text: string): readonly Plain[] | null {
  if (!text.trim().startsWith("[")) return null;
  try {
    const value = JSON.parse(text) as Plain;
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function rangeOf(from: number, to: number, step: number): number[] | null {
  const count = Math.floor((Math.abs(to - from) + 1e-9) / step) + 1;
  if (!(step > 0) || count > MOST_RUNS) return null;
  const sign = to < from ? -1 : 1;
  return Array.from({ length: count }, (_, index) => Number((from + sign * index * step).toFixed(10)));
}

/** The rows of a sweep in the order in which they run: the first column slowest, as docs/flow.md has it. */
export function rowsOf(
  columns: ReadonlyMap<string, readonly Plain[]>,
  how: How,
): ReadonlyMap<string, Plain>[] {
  const names = [...columns.keys()];
  if (names.length === 0) return [];
  if (how === "zip") {
    const length = columns.get(names[0] ?? "")?.length ?? 0;
    return Array.from(
      { length },
      (_, row) => new Map(names.map((name) => [name, columns.get(name)?.[row] ?? null])),
    );
  }
  let rows: ReadonlyMap<string, Plain>[] = [new Map()];
  for (const [name, values] of columns) {
    rows = rows.flatMap((row) => values.map((value) => new Map([...row, [name, value]])));
  }
  return rows;
}

/** How many runs a sweep has; null where its lists do not fit each other. */
export function countOf(columns: readonly (readonly Plain[])[], how: How): number | null {
  if (columns.length === 0) return 0;
  const lengths = columns.map((one) => one.length);
  if (how === "product") return lengths.reduce((product, length) => product * length, 1);
  return lengths.every((length) => length === lengths[0]) ? (lengths[0] ?? 0) : null;
}
