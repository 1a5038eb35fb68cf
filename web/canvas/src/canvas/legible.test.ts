import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contrast, legible } from "./legible.ts";

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, "0")}`);

describe("contrast", () => {
  it("is that of WCAG", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
    expect(contrast("#123456", "#123456")).toBe(1);
  });
});

describe("a legible colour", () => {
  it("stands out from any background", () => {
    fc.assert(
      fc.property(colour, colour, fc.constantFrom(3, 4.5), (one, background, ratio) => {
        expect(contrast(legible(one, background, ratio), background)).toBeGreaterThanOrEqual(ratio);
      }),
    );
  });

  it("is the colour itself where that stands out", () => {
    fc.assert(
      fc.property(colour, colour, (one, background) => {
        fc.pre(contrast(one, background) >= 3);
        expect(legible(one, background)).toBe(one);
      }),
    );
  });

  it("keeps the hue", () => {
    const darker = legible("#fff176", "#ffffff");
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(darker.slice(at, at + 2), 16));
    expect(red).toBeGreaterThanOrEqual(green ?? 0);
    expect(green).toBeGreaterThan(2 * (blue ?? 255));
  });
});
