import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binsOf, boundsOf, ticksOf } from "./plot-scales.ts";

const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 200 });

describe("scales", () => {
  it("hold every value, and are never empty", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const [from, to] = boundsOf(values);
        expect(from).toBeLessThan(to);
        expect(values.every((one) => from <= one && one <= to)).toBe(true);
      }),
    );
  });

  it("count every value once", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(binsOf(values).reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
      }),
    );
  });

  it("have a few round ticks inside", () => {
    expect(ticksOf([0, 1])).toEqual([0, 0.5, 1]);
    expect(ticksOf([0, 20])).toEqual([0, 5, 10, 15, 20]);
    fc.assert(
      fc.property(numbers, (values) => {
        const bounds = boundsOf(values);
        const ticks = ticksOf(bounds);
        expect(ticks.length).toBeLessThan(8);
      }),
    );
  });
});
