/** Numbers and other values in few words, in the language of the page. */

import type { Plain } from "../graph/json.ts";
import { numberIn, numbersIn, type Values } from "../graph/values.ts";
import { t, useLanguage } from "../i18n/i18n.ts";

const BRIEF = 24; // characters of a value beside a title

/** A number as it is read: six digits that count, by a power of ten where it is very small or large. */
export function shownFigure(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const notation = size !== 0 && (size < 1e-4 || size >= 1e9) ? "scientific" : "standard";
  const digits = Number.isInteger(value) && size < 1e9 ? {} : { maximumSignificantDigits: 6 };
  return new Intl.NumberFormat(useLanguage.getState().language, { notation, ...digits }).format(value);
}

/** A value in a line. */
export function shownValue(value: Plain): string {
  const number = numberIn(value);
  if (number !== null) return shownFigure(number);
  if (typeof value === "string") return value;
  const numbers = numbersIn(value);
  return numbers ? aboutNumbers(numbers) : JSON.stringify(value);
}

/** A row of numbers in words: how many, from where to where, and the last. */
export function aboutNumbers(numbers: readonly number[]): string {
  const finite = numbers.filter(Number.isFinite);
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of finite) {
    least = Math.min(least, one);
    greatest = Math.max(greatest, one);
  }
  return t("plot.numbers", {
    count: numbers.length,
    least: shownFigure(least),
    greatest: shownFigure(greatest),
    last: shownFigure(numbers.at(-1) ?? Number.NaN),
  });
}

/** The numbers, texts and switches among some values, in a few characters; empty where there are none. */
export function briefOf(values: Values): string {
  const parts = Object.values(values).flatMap((value) =>
    typeof value === "object" ? [] : [cut(shownValue(value))],
  );
  const whole = parts.join(" · ");
  return whole.length <= BRIEF || parts.length < 2 ? whole : `${parts[0]} · …`;
}

function cut(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= BRIEF ? line : `${line.slice(0, BRIEF - 1).trimEnd()}…`;
}
