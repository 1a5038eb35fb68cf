import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPlain, toPlain } from "../json.ts";
import {
  between,
  type Corners,
  HANDLES,
  LEAST,
  moved,
  readRegions,
  reordered,
  resized,
  rounded,
  withNumber,
  writeRegions,
} from "./boxes.ts";
import { snapLines, snapMoved, snapPoint, snapResized } from "./snap.ts";

const part = fc.double({ min: 0, max: 1, noNaN: true });
const anywhere = fc.double({ min: -2, max: 3, noNaN: true });
const point = fc.tuple(anywhere, anywhere);
const corners = fc.tuple(fc.tuple(part, part), fc.tuple(part, part)).map(([a, b]) => between(a, b));
const handle = fc.constantFrom(...HANDLES);

function expectValid([x0, y0, x1, y1]: Corners): void {
  expect(x0).toBeGreaterThanOrEqual(0);
  expect(y0).toBeGreaterThanOrEqual(0);
  expect(x1).toBeLessThanOrEqual(1);
  expect(y1).toBeLessThanOrEqual(1);
  expect(x1 - x0).toBeGreaterThanOrEqual(LEAST - 1e-9);
  expect(y1 - y0).toBeGreaterThanOrEqual(LEAST - 1e-9);
  for (const one of [x0, y0, x1, y1]) expect(one).toBe(rounded(one));
}

describe("a box", () => {
  it("lies in the picture wherever it was drawn", () => {
    fc.assert(fc.property(point, point, (one, other) => expectValid(between(one, other))));
  });

  it("keeps its size when it is moved", () => {
    fc.assert(
      fc.property(corners, anywhere, anywhere, (box, dx, dy) => {
        const after = moved(box, dx, dy);
        expectValid(after);
        expect(after[2] - after[0]).toBeCloseTo(box[2] - box[0], 3);
        expect(after[3] - after[1]).toBeCloseTo(box[3] - box[1], 3);
      }),
    );
  });

  it("keeps the sides that its handle does not move", () => {
    fc.assert(
      fc.property(corners, handle, point, (box, by, [x, y]) => {
        const after = resized(box, by, x, y);
        expectValid(after);
        if (!by.includes("w")) expect(after[0]).toBe(box[0]);
        if (!by.includes("e")) expect(after[2]).toBe(box[2]);
        if (!by.includes("n")) expect(after[1]).toBe(box[1]);
        if (!by.includes("s")) expect(after[3]).toBe(box[3]);
      }),
    );
  });

  it("is valid whatever its numbers are set to", () => {
    const field = fc.constantFrom("x" as const, "y" as const, "width" as const, "height" as const);
    fc.assert(
      fc.property(corners, field, anywhere, (box, name, to) => expectValid(withNumber(box, name, to))),
    );
  });

  it("is at the number that was typed", () => {
    expect(withNumber([0.1, 0.1, 0.3, 0.3], "x", 0.5)).toEqual([0.5, 0.1, 0.7, 0.3]);
    expect(withNumber([0.1, 0.1, 0.3, 0.3], "height", 0.5)).toEqual([0.1, 0.1, 0.3, 0.6]);
  });
});

describe("boxes in a document", () => {
  const regions = [{ label: "red apple", box: [0.1, 0.2, 0.3, 0.4] as const }];
  it("are read as they were written", () => expect(readRegions(writeRegions(regions))).toEqual(regions));
  it("are plain lists", () =>
    expect(toPlain(writeRegions(regions))).toEqual([{ label: "red apple", box: [0.1, 0.2, 0.3, 0.4] }]));
  it("may be none", () => expect(readRegions(undefined)).toEqual([]));
  it.each([["text"], [[1]], [[{ label: "a" }]], [[{ label: "a", box: [0, 1] }]]])("are not %j", (value) =>
    expect(readRegions(fromPlain(value))).toBeNull(),
  );
});

describe("the order of boxes", () => {
  it("changes for one of them", () => {
    expect(reordered(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(reordered(["a", "b", "c"], 2, 1)).toEqual(["a", "c", "b"]);
  });
  it("stays where there is no such place", () => {
    const items = ["a", "b"];
    expect(reordered(items, 0, 2)).toBe(items);
    expect(reordered(items, 0, -1)).toBe(items);
  });
});

describe("snapping", () => {
  const reach = { x: 0.02, y: 0.02 };

  it("never leaves the picture, nor moves further than it reaches", () => {
    fc.assert(
      fc.property(corners, fc.array(corners, { maxLength: 5 }), fc.nat(32), (box, others, grid) => {
        const { box: after } = snapMoved(box, snapLines(others, grid), reach);
        expectValid(after);
        expect(Math.abs(after[0] - box[0])).toBeLessThanOrEqual(reach.x + 1e-4);
        expect(Math.abs(after[1] - box[1])).toBeLessThanOrEqual(reach.y + 1e-4);
      }),
    );
  });

  it("brings an edge onto that of another box, and says where", () => {
    const lines = snapLines([[0.3, 0.3, 0.6, 0.6]], 0);
    const { box, guides } = snapMoved([0.61, 0.1, 0.8, 0.2], lines, reach);
    expect(box[0]).toBe(0.6);
    expect(guides).toEqual({ x: [0.6], y: [] });
  });

  it("brings the middle of a box onto the middle of the picture", () => {
    expect(snapMoved([0.41, 0.1, 0.61, 0.2], snapLines([], 0), reach).box).toEqual([0.4, 0.1, 0.6, 0.2]);
  });

  it("brings a point onto the grid", () => {
    expect(snapPoint([0.26, 0.74], snapLines([], 4), reach).point).toEqual([0.25, 0.75]);
  });

  it("shows no line for a side that the handle does not move", () => {
    const { box, guides } = snapResized([0.2, 0.2, 0.4, 0.4], "e", [0.49, 0.51], snapLines([], 0), reach);
    expect(box).toEqual([0.2, 0.2, 0.5, 0.4]);
    expect(guides).toEqual({ x: [0.5], y: [] });
  });
});
