import { expect, it } from "vitest";
import { hasWords } from "./has-words.ts";

it("finds words in any order, case and accent", () => {
  expect(hasWords("Snap to the grid", "GRID snap")).toBe(true);
  expect(hasWords("Café", "cafe")).toBe(true);
  expect(hasWords("격자에 맞추기", "맞추")).toBe(true);
  expect(hasWords("Snap to the grid", "grid map")).toBe(false);
});

it("finds everything where nothing is typed", () => {
  expect(hasWords("Theme", "  ")).toBe(true);
});
