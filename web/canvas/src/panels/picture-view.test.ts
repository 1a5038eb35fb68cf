import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitted, zoomed } from "./picture-view.ts";

describe("a picture in its window", () => {
  it("is shown whole, in the middle, by whole pixels where it is small", () => {
    expect(fitted([128, 128], [400, 300])).toEqual({ scale: 2, x: 72, y: 22 });
    expect(fitted([800, 600], [400, 300])).toEqual({ scale: 0.5, x: 0, y: 0 });
  });

  it("keeps what lies under the pointer there when it is zoomed", () => {
    const at = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(at, fc.double({ min: 0.2, max: 5, noNaN: true }), ([x, y], factor) => {
        const before = { scale: 1.5, x: 20, y: -40 };
        const after = zoomed(before, factor, [x, y]);
        expect((x - after.x) / after.scale).toBeCloseTo((x - before.x) / before.scale, 6);
        expect((y - after.y) / after.scale).toBeCloseTo((y - before.y) / before.scale, 6);
      }),
    );
  });
});
