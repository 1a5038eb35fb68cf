import { describe, expect, it } from "vitest";
import { documentOf, plainOf } from "../testing/plain.ts";
import { bodyAt } from "../workflow.ts";
import {
  addAnnotation,
  boxAround,
  editAnnotation,
  insideFrame,
  moveFrame,
  removeAnnotations,
} from "./annotations.ts";
import { duplicate } from "./nodes.ts";

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const FRAMED = documentOf({
  nodes: { in: { type: "x/a" }, out: { type: "x/a" } },
  layout: {
    positions: { in: [10, 10], out: [900, 10] },
    frames: [{ title: "No id", box: [0, 0, 300, 300], locked: true }],
    notes: [{ id: "n", text: "Inside", box: [20, 200, 50, 50] }],
  },
});

describe("frames and notes", () => {
  it("are added under ids of their own, in whole units", () => {
    const { workflow, id } = addAnnotation(FRAMED, null, "notes", { text: "Hi", box: box(0.4, 1, 2, 3.6) });
    expect(id).toBe("note");
    expect(plainOf(workflow).layout.notes).toContainEqual({ id: "note", text: "Hi", box: [0, 1, 2, 4] });
  });

  it("keep what else is written of them, with or without an id", () => {
    const after = editAnnotation(FRAMED, null, "frames", "at0", { text: "Named", colour: "#102030" });
    expect(plainOf(after).layout.frames).toEqual([
      { title: "Named", box: [0, 0, 300, 300], locked: true, colour: "#102030" },
    ]);
    expect(editAnnotation(FRAMED, null, "frames", "gone", { text: "X" })).toBe(FRAMED);
  });

  it("move with all that is in them", () => {
    const body = bodyAt(FRAMED, null);
    const [frame] = body.layout.frames;
    const boxes = new Map([
      ["in", box(10, 10, 100, 100)],
      ["out", box(900, 10, 100, 100)],
    ]);
    const inside = insideFrame(body, frame?.box ?? box(0, 0, 0, 0), boxes);
    expect(inside).toEqual(new Set(["in", "n"]));
    const { layout } = plainOf(moveFrame(FRAMED, null, "at0", [5, -5], inside, body.layout.positions));
    expect(layout.positions).toEqual({ in: [15, 5], out: [900, 10] });
    expect(layout.notes).toMatchObject([{ box: [25, 195, 50, 50] }]);
    expect(layout.frames).toMatchObject([{ box: [5, -5, 300, 300], locked: true }]);
  });

  it("are removed alone", () => {
    const after = removeAnnotations(FRAMED, null, new Set(["at0", "n"]));
    expect(plainOf(after).layout).toMatchObject({ frames: [], notes: [] });
    expect(Object.keys(plainOf(after).nodes)).toEqual(["in", "out"]);
  });

  it("go around boxes with a margin", () => {
    expect(boxAround([box(0, 0, 10, 10), box(90, 40, 10, 10)], 10, 30)).toEqual(box(-10, -40, 120, 100));
    expect(boxAround([])).toBeNull();
  });
});

describe("duplicates", () => {
  const linked = documentOf({
    nodes: {
      a: { type: "x/a" },
      b: { type: "x/b", title: "Kept", inputs: { in: { from: "a.out" } } },
      c: { type: "x/c", inputs: { in: { from: "b.out" } } },
    },
    layout: { positions: { b: [0, 0] }, colours: { b: "#111111" }, collapsed: ["b"] },
  });
  const made = (withLinks: boolean) =>
    plainOf(duplicate(linked, null, new Set(["b", "c"]), withLinks).workflow);

  it("are linked among themselves, and to what was not copied only when asked", () => {
    expect(made(false).nodes.c_2?.inputs).toEqual({ in: { from: "b_2.out" } });
    expect(made(false).nodes.b_2?.inputs).toEqual({});
    expect(made(true).nodes.b_2?.inputs).toEqual({ in: { from: "a.out" } });
  });

  it("look as what they were made of, a little aside", () => {
    expect(made(false).nodes.b_2).toMatchObject({ title: "Kept" });
    expect(made(false).layout).toEqual({
      positions: { b: [0, 0], b_2: [32, 32] },
      colours: { b: "#111111", b_2: "#111111" },
      collapsed: ["b", "b_2"],
    });
  });
});
