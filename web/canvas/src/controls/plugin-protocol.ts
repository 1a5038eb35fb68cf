/** The messages of a pack's own control. It is somebody else's program: whatever it says is checked. */

import { fromPlain, type Json, type Plain } from "../graph/json.ts";

export type PluginMessage =
  | { readonly kind: "ready"; readonly height: number }
  | { readonly kind: "resize"; readonly height: number }
  | { readonly kind: "change"; readonly value: Json }
  | { readonly kind: "failed"; readonly message: string };

export const LEAST_HEIGHT = 24;
export const MOST_HEIGHT = 600;
const DEEPEST = 32;
const MOST_VALUES = 20_000;
const MOST_LETTERS = 1_000_000;

/** What a control said, or null for what is no message of one. */
export function readMessage(data: unknown): PluginMessage | null {
  if (data === null || typeof data !== "object") return null;
  const said = data as Readonly<Record<string, unknown>>;
  switch (said.kind) {
    case "ready":
    case "resize":
      return { kind: said.kind, height: heightOf(said.height) };
    case "failed":
      return { kind: "failed", message: String(said.message ?? "").slice(0, 500) };
    case "change":
      return isPlainJson(said.value) ? { kind: "change", value: fromPlain(said.value) } : null;
    default:
      return null;
  }
}

function heightOf(height: unknown): number {
  const number = typeof height === "number" && Number.isFinite(height) ? height : LEAST_HEIGHT;
  return Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, Math.ceil(number)));
}

function isRecord(value: object): boolean {
  const above: unknown = Object.getPrototypeOf(value);
  return above === null || above === Object.prototype;
}

/** Whether a value is JSON that a document may hold, neither too deep nor too large. */
export function isPlainJson(value: unknown): value is Plain {
  let left = MOST_VALUES;
  let letters = MOST_LETTERS;
  const text = (one: string): boolean => {
    letters -= one.length;
    return letters >= 0;
  };
  const fits = (one: unknown, deep: number): boolean => {
    if (--left < 0 || deep > DEEPEST) return false;
    if (one === null || typeof one === "boolean") return true;
    if (typeof one === "number") return Number.isFinite(one);
    if (typeof one === "string") return text(one);
    if (Array.isArray(one)) return one.every((item) => fits(item, deep + 1));
    if (typeof one !== "object" || !isRecord(one)) return false;
    return Object.entries(one).every(([name, item]) => text(name) && fits(item, deep + 1));
  };
  return fits(value, 0);
}
