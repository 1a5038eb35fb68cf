import { describe, expect, it } from "vitest";
import { plotsOf } from "./plottable.ts";

describe("what can be plotted", () => {
  it("is a list of numbers, as a curve and, where they are many, how often they come", () => {
    expect(plotsOf([1, 2, 3]).map((one) => one.kind)).toEqual(["curves"]);
    expect(plotsOf([1, 2, 3, 4, 5, 6, 7, 8]).map((one) => one.kind)).toEqual(["curves", "histogram"]);
  });

  it("is a table with steps, as a curve for each other column", () => {
    const table = [
      { step: 10, loss: 0.5, note: "a" },
      { step: 20, loss: 0.4, note: "b" },
    ];
    expect(plotsOf(table)).toEqual([
      { kind: "curves", name: "", curves: [{ name: "loss", points: [[10, 0.5], [20, 0.4]] }] }, // biome-ignore format: pairs
    ]);
  });

  it("is a table of named scores, as bars by name", () => {
    const scores = [
      { task: "one object", right: 190, count: 200 },
      { task: "boxes", right: 180, count: 200 },
    ];
    const [right] = plotsOf(scores);
    expect(right).toEqual({
      kind: "bars",
      name: "right",
      bars: [
        { name: "one object", value: 190 },
        { name: "boxes", value: 180 },
      ],
    });
  });

  it("is an object of lists, as a curve for each", () => {
    const [plot] = plotsOf({ train: [3, 2, 1], valid: [3, 3, 2] });
    expect(plot?.kind === "curves" && plot.curves.map((one) => one.name)).toEqual(["train", "valid"]);
  });

  it("is nothing else", () => {
    for (const value of [null, "text", 3, [], {}, ["a"], [1, "a"]]) expect(plotsOf(value)).toEqual([]);
  });
});
