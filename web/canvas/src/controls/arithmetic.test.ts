import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "./arithmetic.ts";

describe("sums in a number field", () => {
  it.each([
    ["512", 512],
    [" 512 * 2 + 64 ", 1088],
    ["2+3*4", 14],
    ["(2+3)*4", 20],
    ["-2^2", -4],
    ["2^-1", 0.5],
    ["2^3^2", 512],
    ["1e3/4", 250],
    ["25%", 0.25],
    ["7 ÷ 2 × 3", 10.5],
    ["-(1+.5)", -1.5],
  ])("%s is %d", (text, value) => expect(evaluate(text)).toBe(value));

  it.each(["", "abc", "1+", "(1", "1)", "2 2", "1/0", "0x10", "1,5", "alert(1)", "(".repeat(10_000)])(
    "%s is none",
    (text) => expect(evaluate(text)).toBeNull(),
  );

  it("reads back every finite number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(evaluate(String(number))).toBeCloseTo(number, 12);
      }),
    );
  });
});
