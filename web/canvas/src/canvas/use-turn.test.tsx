import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useTurn } from "./use-turn.ts";

const frames: FrameRequestCallback[] = [];

/** Let the browser draw a frame. */
function frame(): void {
  act(() => {
    for (const callback of frames.splice(0)) callback(0);
  });
}

beforeEach(() =>
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback)),
);

afterEach(() => {
  cleanup();
  while (frames.length > 0) frame();
  vi.unstubAllGlobals();
});

function Card() {
  return useTurn() ? <p>filled</p> : null;
}

const filled = () => screen.queryAllByText("filled").length;

const cards = (...names: readonly string[]) => names.map((name) => <Card key={name} />);

test("cards are filled two in a frame, and stay so", () => {
  render(cards("a", "b", "c", "d", "e"));
  expect(filled()).toBe(0);
  const counts = [1, 2, 3, 4].map(() => {
    frame();
    return filled();
  });
  expect(counts).toEqual([2, 4, 5, 5]);
});

test("a card that is gone before its turn takes nobody else's", () => {
  const { rerender } = render(cards("a", "b", "c"));
  rerender(cards("c"));
  frame();
  expect(filled()).toBe(1);
  expect(frames).toEqual([]);
});
