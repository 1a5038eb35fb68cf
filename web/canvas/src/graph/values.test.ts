import { describe, expect, it } from "vitest";
import { longTextsIn, numberIn, numbersIn, rowsIn, sayable, shortIn } from "./values.ts";

describe("values that a run tells", () => {
  it("are numbers, also those that JSON has words for", () => {
    expect([1.5, "Infinity", "NaN", "1", true, null].map(numberIn)).toEqual([
      1.5,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      null,
      null,
      null,
    ]);
  });

  it("are rows of numbers where every item is one and some can be drawn", () => {
    expect(numbersIn([1, "NaN", 3])).toEqual([1, Number.NaN, 3]);
    for (const none of [[1], [1, "two"], ["NaN", "NaN"], [1, [2]], "12", undefined]) {
      expect(numbersIn(none)).toBeNull();
    }
    expect(rowsIn({ loss: [2, 1], text: "a" })).toEqual([["loss", [2, 1]]]);
  });

  it("are long texts where they can not stand beside a title", () => {
    const values = {
      kind: "apple",
      caption: "a red apple left of a cat",
      lines: "a\nb",
      blank: " ".repeat(40),
      sum: 5,
    };
    expect(longTextsIn(values)).toEqual(["a red apple left of a cat", "a\nb"]);
    expect(Object.keys(shortIn(values))).toEqual(["kind", "blank", "sum"]);
  });

  it("say something unless they are files or only named by their type", () => {
    const file = { digest: "00", name: "a.png", media_type: "image/png", size: 1 };
    const plain = { sum: 5, score: { type: "core/score", value: { loss: 1 } }, words: ["a"] };
    const silent = { image: { type: "core/image", size: 9 }, file, files: [file], none: null };
    expect(sayable({ ...plain, ...silent })).toEqual(plain);
  });
});
