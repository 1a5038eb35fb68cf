import { describe, expect, it } from "vitest";
import { homeView, seenIn } from "./view.ts";

const NODES = [
  { x: 900, y: 0, width: 240, height: 300 },
  { x: 100, y: 400, width: 240, height: 100 },
  { x: 100, y: 200, width: 240, height: 100 },
];
const BOUNDS = { x: 100, y: 0, width: 1040, height: 500 };

describe("the view that a document opens with", () => {
  it("shows everything on a screen that is wide enough", () => {
    const seen = seenIn(homeView(BOUNDS, NODES, { width: 1280, height: 700 }), { width: 1280, height: 700 });
    expect(seen.x).toBeLessThan(100);
    expect(seen.x + seen.width).toBeGreaterThan(1140);
  });

  it("shows the beginning on a phone, large enough to be read", () => {
    const size = { width: 390, height: 760 };
    const view = homeView(BOUNDS, NODES, size);
    expect(view.zoom).toBe(0.8);
    const seen = seenIn(view, size);
    expect([seen.x, seen.y]).toEqual([80, 180]);
  });

  it("shows everything on a phone too where little is there", () => {
    const [, second, third] = NODES;
    if (!second || !third) throw new Error("no nodes");
    const view = homeView({ x: 100, y: 200, width: 240, height: 300 }, [second, third], {
      width: 390,
      height: 760,
    });
    expect(view.zoom).toBeGreaterThan(0.8);
  });
});
