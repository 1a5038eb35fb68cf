/** The arithmetic of plots: bounds, round ticks, bins. */

const LEAST_RANGE = 1e-300; // below it, steps between the bounds would be 0

/** The least and the greatest of some values, never equal. */
export function boundsOf(values: readonly number[]): readonly [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (!Number.isFinite(least)) return [0, 1];
  if (greatest - least > LEAST_RANGE) return [least, greatest];
  const room = Math.abs(least) > LEAST_RANGE ? Math.abs(least) / 2 : 0.5;
  return [least - room, greatest + room];
}

/** Round values between two bounds: about four, at 1, 2 or 5 times a power of ten. */
export function ticksOf([from, to]: readonly [number, number]): number[] {
  const rough = (to - from) / 4;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 10 * power;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Values counted in equal steps; as many as the square root of their number, between 1 and 40. */
export function binsOf(values: readonly number[]): Bin[] {
  const good = values.filter(Number.isFinite);
  if (good.length === 0) return [];
  const [from, to] = boundsOf(good);
  const count = Math.max(1, Math.min(40, Math.ceil(Math.sqrt(good.length))));
  const width = (to - from) / count;
  const counts = new Array<number>(count).fill(0);
  for (const value of good) {
    const at = Math.min(count - 1, Math.floor((value - from) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((one, index) => ({
    from: from + index * width,
    to: from + (index + 1) * width,
    count: one,
  }));
}
