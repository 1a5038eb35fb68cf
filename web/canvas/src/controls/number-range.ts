/** What a number's schema says of its range, and the steps in which it is dragged. */

import type { Schema } from "../graph/catalogue.ts";
import { schemaOf } from "../graph/control-kind.ts";
import { type Json, Numeral } from "../graph/json.ts";
import { evaluate } from "./arithmetic.ts";

export interface NumberRange {
  readonly whole: boolean;
  readonly least: number;
  readonly most: number;
  /** One press of an arrow key, and one notch of a drag. */
  readonly step: number;
  /** Whether both ends are near enough for a bar to show where between them a value is. */
  readonly bounded: boolean;
}

const FAR = 10_000; // beyond so many steps a bar says nothing

export function rangeOf(whole: Schema | null): NumberRange {
  const schema = schemaOf(whole) ?? {};
  const isWhole = schema.type === "integer";
  const least = schema.minimum ?? schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY;
  const most = schema.maximum ?? schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY;
  const width = most - least;
  const step = schema.multipleOf ?? (isWhole ? 1 : fineStep(width));
  return { whole: isWhole, least, most, step, bounded: width / step <= FAR };
}

function fineStep(width: number): number {
  if (!Number.isFinite(width)) return 0.1;
  return 10 ** Math.min(0, Math.floor(Math.log10(width / 50)));
}

/** A number brought into its range and onto its steps. */
export function clamped(number: number, { least, most, step, whole }: NumberRange): number {
  const stepped = Math.round(number / step) * step;
  const inside = Math.min(most, Math.max(least, whole ? Math.round(stepped) : stepped));
  const digits = Math.max(0, -Math.floor(Math.log10(step)) + 1);
  return whole ? inside : Number(inside.toFixed(Math.min(digits, 12)));
}

/** Where a number is between the ends, from 0 to 1; null where no bar is drawn. */
export function fractionOf(number: number | undefined, range: NumberRange): number | null {
  if (number === undefined || !range.bounded) return null;
  return Math.min(1, Math.max(0, (number - range.least) / (range.most - range.least)));
}

/** The number that was typed, or null. Whole numbers beyond 2^53 keep all their digits. */
export function readNumber(text: string, whole: boolean): Json | null {
  const typed = text.trim();
  if (/^[+-]?\d+$/.test(typed)) {
    const number = Number(typed);
    return Number.isSafeInteger(number) ? number : new Numeral(BigInt(typed.replace(/^\+/, "")).toString());
  }
  const number = evaluate(typed);
  if (number === null) return null;
  return whole ? Math.round(number) : number;
}
