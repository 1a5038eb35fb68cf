/** The colour of a type, as a CSS value: the theme's for plain types, the value type's own for others. */

import type { Catalogue } from "../graph/catalogue.ts";
import { colourName, type Shape } from "../graph/shape.ts";

const PLAIN = new Set(["text", "number", "whole", "boolean"]);

export function colourOf(shape: Shape, catalogue: Catalogue): string {
  const name = colourName(shape);
  const own = catalogue.values[name]?.colour;
  if (own && /^#[0-9a-f]{6}$/i.test(own)) return own;
  return `var(--type-${PLAIN.has(name) ? name : "any"})`;
}
