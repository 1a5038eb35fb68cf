/** Values that a run tells of outputs, as plain JSON: which of them are numbers, texts, or rows of numbers. */

import type { Plain } from "./json.ts";

/** Values by the names of their outputs. */
export type Values = Readonly<Record<string, Plain>>;

export const NO_VALUES: Values = {};

const WORDS: ReadonlySet<unknown> = new Set(["NaN", "Infinity", "-Infinity"]); // JSON has no numbers for them

/** The number that a value is; null where it is none. */
export function numberIn(value: Plain | undefined): number | null {
  if (typeof value === "number") return value;
  return WORDS.has(value) ? Number(value) : null;
}

/** The numbers of a row of them, two at least; null where a value is no such row, or has nothing to draw. */
export function numbersIn(value: Plain | undefined): readonly number[] | null {
  if (!Array.isArray(value) || value.length < 2) return null;
  const numbers = (value as readonly Plain[]).map(numberIn);
  if (!numbers.some((one) => one !== null && Number.isFinite(one))) return null;
  return numbers.includes(null) ? null : (numbers as readonly number[]);
}

type Row = readonly [string, readonly number[]];
const rowsOf = new WeakMap<Values, readonly Row[]>();

/** The rows of numbers among some values, by name; looked for once. */
export function rowsIn(values: Values): readonly Row[] {
  const before = rowsOf.get(values);
  if (before) return before;
  const found = Object.entries(values).flatMap(([name, value]): Row[] => {
    const numbers = numbersIn(value);
    return numbers ? [[name, numbers]] : [];
  });
  rowsOf.set(values, found);
  return found;
}

const SHORT = 16; // characters of a text that stand beside a title

/** The texts among some values that are too long to stand beside a title. */
export function longTextsIn(values: Values): readonly string[] {
  return Object.values(values).filter(
    (value): value is string =>
      typeof value === "string" && (value.length > SHORT || value.includes("\n")) && value.trim() !== "",
  );
}

/** The values that can stand beside a title. */
export function shortIn(values: Values): Values {
  const long: ReadonlySet<Plain> = new Set(longTextsIn(values));
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !long.has(value)));
}

export function isRecord(value: Plain | undefined): value is Readonly<Record<string, Plain>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is only named by its type, as what JSON does not say is. */
function isOnlyNamed(value: Plain): boolean {
  return isRecord(value) && typeof value.type === "string" && !("value" in value);
}

/** The values that say something themselves: files and what is only named by its type are not among them. */
export function sayable(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => {
      const some = Array.isArray(value) ? (value as readonly Plain[]) : [value];
      return value !== null && !some.some((one) => isOnlyNamed(one) || isFile(one));
    }),
  );
}

function isFile(value: Plain): boolean {
  return isRecord(value) && typeof value.digest === "string" && typeof value.media_type === "string";
}
