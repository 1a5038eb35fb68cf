import { describe, expect, it } from "vitest";
import { EMPTY_CATALOGUE, valueTitle } from "./catalogue.ts";

describe("the words for a type of values", () => {
  it.each([
    ["core/label_map", "Label map"],
    ["nodes.values.LabelPalette", "Label palette"],
    ["builtins.bytes", "Bytes"],
  ])("%s are %s where its pack has none", (name, words) => {
    expect(valueTitle(EMPTY_CATALOGUE, name)).toBe(words);
  });
});
