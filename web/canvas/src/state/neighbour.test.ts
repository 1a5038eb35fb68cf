import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Direction, neighbourOf } from "./neighbour.ts";

const at = (x: number, y: number) => ({ at: [x, y] as const, geometry: { width: 100, height: 50 } });
const OPPOSITE: Record<Direction, Direction> = { left: "right", right: "left", up: "down", down: "up" };

describe("the neighbour in a direction", () => {
  const nodes = new Map([
    ["middle", at(0, 0)],
    ["right", at(300, 10)],
    ["far right", at(900, 0)],
    ["below", at(20, 200)],
    ["askew", at(150, 400)],
  ]);

  it("is the nearest node ahead", () => {
    expect(neighbourOf(nodes, "middle", "right")).toBe("right");
    expect(neighbourOf(nodes, "right", "right")).toBe("far right");
    expect(neighbourOf(nodes, "middle", "down")).toBe("below");
  });

  it("is none at the edge, or from a node that is not there", () => {
    expect(neighbourOf(nodes, "middle", "left")).toBeNull();
    expect(neighbourOf(nodes, "gone", "left")).toBeNull();
  });

  it("lies ahead, wherever the nodes are", () => {
    const place = fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -5000, max: 5000 }));
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 2, maxLength: 30 }),
        fc.constantFrom(...Object.keys(OPPOSITE)),
        (places, way) => {
          const direction = way as Direction;
          const all = new Map(places.map(([x, y], index) => [`n${index}`, at(x, y)]));
          const found = neighbourOf(all, "n0", direction);
          if (found === null) return;
          const [from, to] = [all.get("n0")?.at ?? [0, 0], all.get(found)?.at ?? [0, 0]];
          const axis = direction === "left" || direction === "right" ? 0 : 1;
          const sign = direction === "right" || direction === "down" ? 1 : -1;
          expect(Math.sign(to[axis] - from[axis])).toBe(sign);
        },
      ),
    );
  });
});
