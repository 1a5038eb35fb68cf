import { describe, expect, it } from "vitest";
import { record, redo, settle, startHistory, undo } from "./history.ts";
import { emptyWorkflow } from "./workflow.ts";

const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => emptyWorkflow(name)) as [never, never, never, never];

describe("the history", () => {
  it("goes back and forth by one step, and says where each was taken", () => {
    const history = record(record(startHistory(a), b, "first", null), c, "second", "part");
    const back = undo(history);
    expect([back.present, back.future.at(-1)?.label, back.future.at(-1)?.place]).toEqual([
      b,
      "second",
      "part",
    ]);
    expect(redo(back)).toEqual(history);
    expect(undo(undo(undo(back))).present).toBe(a);
    expect(redo(history)).toBe(history);
  });

  it("forgets what was undone when something else is done", () => {
    const history = record(undo(record(startHistory(a), b, "first", null)), c, "other", null);
    expect([history.present, history.future, history.past.length]).toEqual([c, [], 1]);
  });

  it("joins the edits of one gesture, until it is over", () => {
    const dragged = record(record(startHistory(a), b, "move", null, "drag 1"), c, "move", null, "drag 1");
    expect(undo(dragged).present).toBe(a);
    const next = record(settle(dragged), d, "move", null, "drag 1");
    expect(undo(next).present).toBe(c);
    expect(record(next, d, "nothing", null)).toBe(next);
  });

  it("keeps thousands of steps, not all that ever were", () => {
    let history = startHistory(a);
    for (let step = 0; step < 5100; step++) history = record(history, emptyWorkflow(String(step)), "s", null);
    expect(history.past).toHaveLength(5000);
  });
});
