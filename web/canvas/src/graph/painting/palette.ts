/** Palettes of named colours: read, written, changed, and matched with the pixels of a picture. */

import { isArray, isObject, type Json } from "../json.ts";

export interface Label {
  readonly name: string;
  /** `#rrggbb`, small letters. */
  readonly colour: string;
}

export const MOST_LABELS = 256;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** The labels that a value describes, or null where it is something else. */
export function readPalette(value: Json | undefined): Label[] | null {
  if (value === undefined || value === null) return [];
  if (!isArray(value)) return null;
  const found: Label[] = [];
  for (const one of value) {
    const name = isObject(one) ? one.get("name") : undefined;
    const colour = isObject(one) ? one.get("colour") : undefined;
    if (typeof name !== "string" || typeof colour !== "string" || !COLOUR.test(colour)) return null;
    found.push({ name, colour: colour.toLowerCase() });
  }
  return found;
}

export function writePalette(labels: readonly Label[]): Json {
  return labels.map(
    ({ name, colour }) =>
      new Map<string, Json>([
        ["name", name],
        ["colour", colour],
      ]),
  );
}

export function rgbOf(colour: string): readonly [number, number, number] {
  const number = Number.parseInt(colour.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** Colours that people tell apart, the first for what is empty. */
const SUGGESTED = [
  "#000000",
  "#e6194b",
  "#3cb44b",
  "#4363d8",
  "#ffe119",
  "#f58231",
  "#911eb4",
  "#46f0f0",
  "#f032e6",
  "#bcf60c",
  "#fabebe",
  "#008080",
  "#9a6324",
  "#808000",
  "#000075",
  "#808080",
];

/** A colour that no label has yet. */
export function freeColour(labels: readonly Label[]): string {
  const taken = new Set(labels.map((one) => one.colour));
  const suggested = SUGGESTED.find((one) => !taken.has(one));
  if (suggested) return suggested;
  for (let number = 1; ; number++) {
    const colour = `#${((number * 0x9e3779) & 0xffffff).toString(16).padStart(6, "0")}`;
    if (!taken.has(colour)) return colour;
  }
}

/** A name that no label has yet: the wanted one, or with a number behind it. */
export function freeLabel(wanted: string, labels: readonly Label[]): string {
  const taken = new Set(labels.map((one) => one.name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The number of the label whose colour is nearest to each pixel; what is transparent has the first. */
export function labelled(rgba: Uint8ClampedArray, labels: readonly Label[]): Uint8Array {
  const colours = labels.map((one) => rgbOf(one.colour));
  const known = new Map<number, number>();
  const found = new Uint8Array(rgba.length / 4);
  for (let index = 0; index < found.length; index++) {
    const [r = 0, g = 0, b = 0, a = 0] = rgba.subarray(index * 4, index * 4 + 4);
    if (a < 128) continue;
    const key = (r << 16) | (g << 8) | b;
    let number = known.get(key);
    if (number === undefined) {
      number = nearestColour(colours, r, g, b);
      known.set(key, number);
    }
    found[index] = number;
  }
  return found;
}

function nearestColour(
  colours: readonly (readonly [number, number, number])[],
  r: number,
  g: number,
  b: number,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  colours.forEach(([cr, cg, cb], index) => {
    const far = (cr - r) ** 2 + (cg - g) ** 2 + (cb - b) ** 2;
    if (far < least) {
      least = far;
      best = index;
    }
  });
  return best;
}

/** The bytes of a label map after a label was taken away: its pixels have the first, later ones move up. */
export function withoutLabel(data: Uint8Array, gone: number): Uint8Array {
  return data.map((value) => (value === gone ? 0 : value > gone ? value - 1 : value));
}
