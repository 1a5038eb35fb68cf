/** Curves that a node tells on its way: the numbers in the notes of its progress, by their names. */

/** Values of one name over the steps of a node. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

const MOST_POINTS = 2000;
const NAMED_NUMBER = /([\p{L}_][\p{L}\d_ -]*?) (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?=,|$)/giu;

/** Curves with what a note says at a step: `loss 0.25, reconstruction 0.1`. */
export function extended(curves: readonly Curve[], step: number, note: string): readonly Curve[] {
  const found = [...note.matchAll(NAMED_NUMBER)];
  if (found.length === 0) return curves;
  const now = new Map(curves.map((one) => [one.name, one]));
  for (const [, name = "", value = ""] of found) {
    const points = now.get(name.trim())?.points ?? [];
    if (points.at(-1)?.[0] === step) continue;
    now.set(name.trim(), { name: name.trim(), points: thinned([...points, [step, Number(value)]]) });
  }
  return [...now.values()];
}

/** Points that are not too many: every second one where there are, the last one always. */
function thinned(points: Curve["points"]): Curve["points"] {
  if (points.length <= MOST_POINTS) return points;
  return points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
}
