/** Colours that are seen: contrast by relative luminance, as WCAG 2.2 defines both. */

/** Red, green and blue of light, 0 to 1: linear, so that luminance is a plain sum. */
type Light = readonly [number, number, number];

const WEIGHTS: Light = [0.2126, 0.7152, 0.0722];

function lightOf(hex: string): Light {
  const at = (index: number) => {
    const part = Number.parseInt(hex.slice(index, index + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return [at(1), at(3), at(5)];
}

function hexOf(light: Light, round: (part: number) => number): string {
  const parts = light.map((one) => {
    const part = one <= 0.0031308 ? 12.92 * one : 1.055 * one ** (1 / 2.4) - 0.055;
    return Math.min(255, Math.max(0, round(255 * part)))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

const luminance = (light: Light) => light.reduce((sum, one, index) => sum + one * (WEIGHTS[index] ?? 0), 0);

/** How far two colours, `#rrggbb`, stand out from one another: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(lightOf(one)), luminance(lightOf(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/**
 * A colour that stands out from a background by at least `ratio`: the colour itself where it does, else the
 * nearest darker one on a light background, or lighter one on a dark background, of the same hue.
 */
export function legible(colour: string, background: string, ratio = 3): string {
  if (contrast(colour, background) >= ratio) return colour;
  const light = lightOf(colour);
  const now = luminance(light);
  const behind = luminance(lightOf(background));
  const above = ratio * (behind + 0.05) - 0.05;
  const below = (behind + 0.05) / ratio - 0.05;
  if (above <= 1 && (below < 0 || behind < 0.18)) {
    const part = now >= 1 ? 0 : (above - now) / (1 - now);
    const [red, green, blue] = light;
    const lifted: Light = [red + part * (1 - red), green + part * (1 - green), blue + part * (1 - blue)];
    return hexOf(lifted, Math.ceil);
  }
  const part = now <= 0 ? 0 : Math.max(0, below) / now;
  const [red, green, blue] = light;
  return hexOf([red * part, green * part, blue * part], Math.floor);
}
