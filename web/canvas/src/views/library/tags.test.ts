import { describe, expect, it } from "vitest";
import { tagsIn } from "./tags.ts";

describe("tags", () => {
  it("stand between commas, each once, whatever its case", () => {
    expect(tagsIn(" a, b ,, A ,")).toEqual(["A", "b"]);
    expect(tagsIn("고양이、사과")).toEqual(["고양이", "사과"]);
    expect(tagsIn("")).toEqual([]);
  });

  it("keep to what the library takes", () => {
    expect(tagsIn("x".repeat(100))[0]).toHaveLength(60);
    expect(tagsIn(Array.from({ length: 80 }, (_, index) => `t${index}`).join())).toHaveLength(50);
  });
});
