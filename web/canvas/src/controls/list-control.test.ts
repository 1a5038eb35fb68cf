import { describe, expect, it } from "vitest";
import { readItems } from "./ListControl.tsx";

describe("a list that is typed", () => {
  it.each([
    ["", []],
    ["red, green,blue", ["red", "green", "blue"]],
    ['"a, b", c', ["a, b", "c"]],
    ['"say \\"hi\\""', ['say "hi"']],
    [" one ", ["one"]],
  ])("%s as texts", (text, items) => expect(readItems(text, "string")).toEqual(items));

  it("reads numbers, and sums", () => expect(readItems("1, 2*3, 4.5", "number")).toEqual([1, 6, 4.5]));
  it("is refused where an item is no number", () => expect(readItems("1, many", "integer")).toBeNull());
});
