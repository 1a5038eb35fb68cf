import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countOf, readValues, rowsOf } from "./sweep-values.ts";

describe("values of a sweep, as they are typed", () => {
  it("are numbers with commas, ranges, or a JSON list", () => {
    expect(readValues("1, 2.5, 1e3", false)).toEqual([1, 2.5, 1000]);
    expect(readValues("1..4", false)).toEqual([1, 2, 3, 4]);
    expect(readValues("4..1", false)).toEqual([4, 3, 2, 1]);
    expect(readValues("0..1/0.25", false)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(readValues("euler, heun", false)).toEqual(["euler", "heun"]);
    expect(readValues('[[1, 2], "a"]', false)).toEqual([[1, 2], "a"]);
  });

  it("are whole lines where the input takes text", () => {
    expect(readValues("a cat, asleep\n\n12", true)).toEqual(["a cat, asleep", "12"]);
  });

  it("are refused where a range has no end that can be reached", () => {
    expect(readValues("1..1000000", false)).toBeNull();
    expect(readValues("1..2/0", false)).toBeNull();
  });
});

describe("rows of a sweep", () => {
  it("are every combination, the first input slowest", () => {
    const rows = rowsOf(new Map([["a", [1, 2]], ["b", ["x", "y"]]]), "product"); // biome-ignore format: pairs
    expect(rows.map((row) => [...row.values()])).toEqual([[1, "x"], [1, "y"], [2, "x"], [2, "y"]]); // biome-ignore format: pairs
  });

  it("are as many as is said before", () => {
    const columns = fc.array(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(columns, fc.constantFrom("product", "zip" as const), (lists, how) => {
        const count = countOf(lists, how);
        fc.pre(count !== null);
        expect(rowsOf(new Map(lists.map((list, index) => [String(index), list])), how)).toHaveLength(
          count ?? -1,
        );
      }),
    );
  });

  it("do not come of lists of several lengths side by side", () => {
    expect(countOf([[1, 2], [1]], "zip")).toBeNull();
  });
});
