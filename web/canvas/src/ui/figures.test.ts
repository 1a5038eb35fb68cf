import { describe, expect, it } from "vitest";
import { aboutNumbers, briefOf, shownFigure, shownValue } from "./figures.ts";

describe("values in few words", () => {
  it("are numbers with the digits that count", () => {
    expect(
      [0, 9012, 123456789, 1 / 3, 2.5e-7, 1e12, Number.NaN, Number.NEGATIVE_INFINITY].map(shownFigure),
    ).toEqual(["0", "9,012", "123,456,789", "0.333333", "2.5E-7", "1E12", "NaN", "-∞"]);
  });

  it("are texts as they are, rows by their range, anything else as JSON", () => {
    expect(shownValue("a red apple")).toBe("a red apple");
    expect(shownValue([3, 1, "NaN", 2])).toBe("4 numbers from 1 to 3, the last is 2");
    expect(shownValue({ type: "core/score", value: [true] })).toBe('{"type":"core/score","value":[true]}');
    expect(aboutNumbers([1, Number.NaN])).toBe("2 numbers from 1 to 1, the last is NaN");
  });

  it("are brief beside a title", () => {
    expect(briefOf({ quotient: 3, remainder: 0.5 })).toBe("3 · 0.5");
    expect(briefOf({ text: "a red apple  left of\na cat on a mat" })).toBe("a red apple left of a c…");
    expect(briefOf({ one: "a red apple left of a cat", two: 5 })).toBe("a red apple left of a c… · …");
    expect(briefOf({ loss: [1, 2], none: null })).toBe("");
  });
});
