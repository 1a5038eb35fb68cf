import { describe, expect, it } from "vitest";
import { aligned, distributed } from "./align.ts";
import { runningOrder } from "./order.ts";
import { tidied } from "./tidy.ts";
import { type Box, bodyAt, parseWorkflow } from "./workflow.ts";

const box = (x: number, y: number, width = 100, height = 50): Box => ({ x, y, width, height });
const boxes = new Map([
  ["a", box(10, 0)],
  ["b", box(0, 100, 60, 20)],
  ["c", box(200, 30)],
]);

/** A body in which each node needs those behind its name: `{c: "a b"}`. */
function bodyOf(needs: Readonly<Record<string, string>>) {
  const nodes = Object.entries(needs).map(([id, sources]) => {
    const links = sources
      .split(" ")
      .filter(Boolean)
      .map((one) => ({ from: `${one}.out` }));
    return [id, { type: "x/y", inputs: { all: links } }];
  });
  return bodyAt(parseWorkflow(JSON.stringify({ latentgraph: 1, nodes: Object.fromEntries(nodes) })), null);
}

describe("aligning", () => {
  it("gives boxes a side in common", () => {
    expect([...aligned(boxes, "left").values()].map(([x]) => x)).toEqual([0, 0, 0]);
    expect([...aligned(boxes, "right").values()].map(([x]) => x)).toEqual([200, 240, 200]);
    expect([...aligned(boxes, "top").values()].map(([, y]) => y)).toEqual([0, 0, 0]);
    expect([...aligned(boxes, "bottom").values()].map(([, y]) => y)).toEqual([70, 100, 70]);
    expect(aligned(boxes, "centre").get("b")).toEqual([120, 100]);
    expect(aligned(boxes, "middle").get("b")).toEqual([0, 50]);
  });

  it("gives boxes equal gaps, the outermost where they were", () => {
    const across = distributed(boxes, "across");
    expect(across.get("b")).toEqual([0, 100]);
    expect(across.get("a")).toEqual([80, 0]);
    expect(across.get("c")).toEqual([200, 30]);
    expect(distributed(new Map([["a", box(3, 4)]]), "down").get("a")).toEqual([3, 4]);
  });
});

describe("the running order", () => {
  it("has each node after what it needs, else as the document has it", () => {
    expect(
      runningOrder(bodyOf({ end: "left right", right: "start", left: "start", start: "", alone: "" })),
    ).toEqual(["start", "left", "right", "end", "alone"]);
  });

  it("holds every node once, though some need each other or nobody who is there", () => {
    expect(runningOrder(bodyOf({ a: "b", b: "a gone", c: "b c" })).toSorted()).toEqual(["a", "b", "c"]);
  });

  it("takes a chain of thousands", () => {
    const needs: Record<string, string> = {};
    for (let index = 20_000; index > 0; index--) needs[`n${index}`] = index > 1 ? `n${index - 1}` : "";
    expect(runningOrder(bodyOf(needs)).slice(0, 2)).toEqual(["n1", "n2"]);
  });
});

describe("tidying", () => {
  const body = bodyOf({ c: "b", b: "a", a: "", d: "a" });
  const heap = new Map(["a", "b", "c", "d"].map((id, index) => [id, box(500 - index, 300)]));

  it("puts what is needed to the left, with nothing on top of another", () => {
    const at = tidied(body, heap);
    const [a, b, c, d] = ["a", "b", "c", "d"].map((id) => at.get(id) ?? [0, 0]);
    expect((a?.[0] ?? 0) + 100).toBeLessThan(b?.[0] ?? 0);
    expect((b?.[0] ?? 0) + 100).toBeLessThan(c?.[0] ?? 0);
    expect(Math.abs((b?.[1] ?? 0) - (d?.[1] ?? 0))).toBeGreaterThanOrEqual(50);
  });

  it("keeps the corner of what it lays out, and leaves other nodes alone", () => {
    const at = tidied(body, new Map([...heap].slice(1, 3)));
    expect([...at.keys()]).toEqual(["b", "c"]);
    expect(Math.min(...[...at.values()].map(([x]) => x))).toBe(498);
    expect(Math.min(...[...at.values()].map(([, y]) => y))).toBe(300);
  });
});
