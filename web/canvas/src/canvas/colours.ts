/**
 * The colours of types and categories. Packs bring a colour for each of their value types, without knowing what
 * it will stand on: each theme shows the nearest one that can be seen on it.
 */

import type { Catalogue } from "../graph/catalogue.ts";
import { colourName, type Shape } from "../graph/shape.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { legible } from "./legible.ts";

const PLAIN = new Set(["text", "number", "whole", "boolean"]);
const HEX = /^#[0-9a-f]{6}$/i;

/** The colour of a type, as a CSS variable: the theme's for plain types, the value type's own for others. */
export function colourOf(shape: Shape, catalogue: Catalogue): string {
  const name = colourName(shape);
  if (HEX.test(catalogue.values[name]?.colour ?? "")) return `var(${variableOf(name)})`;
  return `var(--type-${PLAIN.has(name) ? name : "any"})`;
}

function variableOf(value: string): string {
  return `--value-${value.replaceAll(/[^a-z0-9_-]/gi, "-")}`;
}

/** A colour as `#rrggbb`, of the shorter `#rgb` that builds make too; null for any other. */
function hexOf(colour: string): string | null {
  const long = colour.trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  return HEX.test(long) ? long : null;
}

/** Keep the variables of value types as the theme and the catalogue want them; returns what ends it. */
export function watchTypeColours(): () => void {
  const put = () => {
    const { style } = document.documentElement;
    const behind = hexOf(getComputedStyle(document.documentElement).getPropertyValue("--surface-raised"));
    for (const [name, { colour }] of Object.entries(useCatalogue.getState().catalogue.values)) {
      if (!HEX.test(colour)) continue;
      style.setProperty(variableOf(name), behind ? legible(colour, behind) : colour);
    }
  };
  put();
  const theme = new MutationObserver(put);
  theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const stop = useCatalogue.subscribe(put);
  return () => {
    theme.disconnect();
    stop();
  };
}

/** Hues, in degrees, of the categories that come with the editor: neighbours in a workflow differ most. */
const HUES: Readonly<Record<string, number>> = {
  models: 285,
  image: 245,
  latent: 350,
  mask: 150,
  conditioning: 65,
  sampling: 25,
  training: 110,
  evaluation: 195,
};

/** The hue of a category; that of a pack's own follows from its name. */
export function hueOf(category: string): number {
  const known = HUES[category];
  if (known !== undefined) return known;
  let sum = 0;
  for (const letter of category) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 3600;
  return sum % 360;
}
