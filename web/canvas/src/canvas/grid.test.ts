import fc from "fast-check";
import { expect, test } from "vitest";
import type { Box } from "../graph/workflow.ts";
import { Grid } from "./grid.ts";

const boxes = fc.record({
  x: fc.integer({ min: -20_000, max: 20_000 }),
  y: fc.integer({ min: -20_000, max: 20_000 }),
  width: fc.integer({ min: 0, max: 30_000 }),
  height: fc.integer({ min: 0, max: 3_000 }),
});

function touch(one: Box, other: Box): boolean {
  return (
    one.x <= other.x + other.width &&
    other.x <= one.x + one.width &&
    one.y <= other.y + other.height &&
    other.y <= one.y + one.height
  );
}

test("whatever touches a box is near it", () => {
  fc.assert(
    fc.property(fc.array(boxes), boxes, (things, box) => {
      const grid = new Grid<Box>();
      for (const one of things) grid.add(one, one);
      const near = grid.near(box);
      expect(things.filter((one) => touch(one, box) && !near.has(one))).toEqual([]);
    }),
  );
});

test("of many things only a few are near", () => {
  const grid = new Grid<number>();
  for (let index = 0; index < 1000; index++)
    grid.add(index, { x: index * 300, y: 0, width: 240, height: 100 });
  expect(grid.near({ x: 30_000, y: 0, width: 1600, height: 900 }).size).toBeLessThan(20);
});
