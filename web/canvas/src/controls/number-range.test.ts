import { describe, expect, it } from "vitest";
import { Numeral } from "../graph/json.ts";
import { clamped, fractionOf, rangeOf, readNumber } from "./number-range.ts";

describe("the range of a number", () => {
  it("has a bar where both ends are near", () => {
    const guidance = rangeOf({ type: "number", minimum: 0, maximum: 30 });
    expect(guidance.bounded).toBe(true);
    expect(fractionOf(7.5, guidance)).toBe(0.25);
    expect(fractionOf(99, guidance)).toBe(1);
  });

  it("has none for a seed, or for a number without ends", () => {
    expect(rangeOf({ type: "integer", minimum: 0, maximum: 2 ** 63 }).bounded).toBe(false);
    expect(fractionOf(3, rangeOf({ type: "number" }))).toBeNull();
  });

  it("keeps a drag on its steps and between its ends", () => {
    expect(clamped(517.4, rangeOf({ type: "integer", minimum: 8, maximum: 2048, multipleOf: 8 }))).toBe(520);
    expect(clamped(1.2, rangeOf({ type: "number", minimum: 0, maximum: 1 }))).toBe(1);
    expect(clamped(0.30000000000000004, rangeOf({ type: "number", minimum: 0, maximum: 1 }))).toBe(0.3);
  });

  it("is that of an optional number too", () => {
    expect(rangeOf({ anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }] }).most).toBe(9);
  });
});

describe("a typed number", () => {
  it("may be a sum", () => expect(readNumber("2*64", true)).toBe(128));
  it("is rounded where whole ones are wanted", () => expect(readNumber("7/2", true)).toBe(4));
  it("keeps every digit of a large seed", () => {
    expect(readNumber("9223372036854775807", true)).toEqual(new Numeral("9223372036854775807"));
  });
  it("may be nonsense", () => expect(readNumber("many", false)).toBeNull());
});
