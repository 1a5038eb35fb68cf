/** Which plots the JSON of an artifact can be shown as. */

import type { Plain } from "../graph/json.ts";
import { isRecord } from "../graph/values.ts";
import type { PlotCurve } from "../ui/Plot.tsx";

export type PlotData =
  | {
      readonly kind: "bars";
      readonly name: string;
      readonly bars: readonly { name: string; value: number }[];
    }
  | { readonly kind: "curves"; readonly name: string; readonly curves: readonly PlotCurve[] }
  | { readonly kind: "histogram"; readonly name: string; readonly values: readonly number[] };

const MOST_BARS = 30;
const STEPS = /^(step|steps|epoch|iteration|x)$/i;

/**
 * The plots of a value: a list of numbers as a curve and how often they come; a table (a list of objects) as
 * curves over its steps, or as bars by its names; an object of lists as a curve for each.
 */
export function plotsOf(value: Plain, name = ""): PlotData[] {
  if (Array.isArray(value)) {
    if (value.length > 1 && value.every(isNumber)) return listPlots(value as readonly number[], name);
    const rows = value.filter(isRecord);
    return rows.length === value.length && rows.length > 0 ? tablePlots(rows, name) : [];
  }
  if (!isRecord(value)) return [];
  const lists = Object.entries(value).filter(
    ([, one]) => Array.isArray(one) && one.length > 1 && one.every(isNumber),
  );
  const plots: PlotData[] = [];
  if (lists.length > 0) {
    const curves = lists.map(([key, list]) => ({ name: key, points: indexed(list as readonly number[]) }));
    plots.push({ kind: "curves", name, curves });
  }
  const numbers = Object.entries(value).filter(([, one]) => isNumber(one));
  if (numbers.length > 1 && numbers.length <= MOST_BARS) {
    plots.push({
      kind: "bars",
      name,
      bars: numbers.map(([key, one]) => ({ name: key, value: Number(one) })),
    });
  }
  const tables = Object.entries(value).filter(
    ([, one]) => Array.isArray(one) && one.length > 0 && one.every(isRecord),
  );
  return [...plots, ...tables.flatMap(([key, one]) => plotsOf(one as Plain, key))];
}

function listPlots(values: readonly number[], name: string): PlotData[] {
  const curve: PlotData = {
    kind: "curves",
    name,
    curves: [{ name: name || "value", points: indexed(values) }],
  };
  return values.length < 8 ? [curve] : [curve, { kind: "histogram", name, values }];
}

function tablePlots(rows: readonly Readonly<Record<string, Plain>>[], name: string): PlotData[] {
  const keys = Object.keys(rows[0] ?? {});
  const numeric = keys.filter((key) => rows.every((row) => isNumber(row[key])));
  const step = numeric.find((key) => STEPS.test(key));
  if (step) {
    const curves = numeric
      .filter((key) => key !== step)
      .map((key) => ({
        name: key,
        points: rows.map((row) => [Number(row[step]), Number(row[key])] as const),
      }));
    return curves.length > 0 ? [{ kind: "curves", name, curves }] : [];
  }
  const named = keys.filter((key) => rows.every((row) => typeof row[key] === "string"));
  if (rows.length > MOST_BARS) return [];
  return numeric.map((key) => ({
    kind: "bars" as const,
    name: key,
    bars: rows.map((row, index) => ({
      name: named.map((one) => String(row[one])).join(" ") || String(index + 1),
      value: Number(row[key]),
    })),
  }));
}

function indexed(values: readonly number[]): (readonly [number, number])[] {
  return values.map((value, index) => [index, value] as const);
}

function isNumber(value: Plain | undefined): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
