/** Laws of the document that hold whatever a person does. LATENTGRAPH_LAW_RUNS makes the runs more. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type History, record, redo, startHistory, undo } from "./history.ts";
import { writeJson } from "./json.ts";
import { dangling } from "./testing/dangling.ts";
import { applyEdit, type Edit, KINDS, RICH, randomEdits } from "./testing/random-edits.ts";
import { parseWorkflow, writeWorkflow } from "./workflow.ts";

const RUNS = Number(import.meta.env.LATENTGRAPH_LAW_RUNS ?? 25);
const edits = fc.array(fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), { minLength: 60, maxLength: 60 });

function edited(list: Iterable<Edit>, steps = Number.POSITIVE_INFINITY): History {
  let history = startHistory(parseWorkflow(RICH));
  for (const edit of list) {
    const { name, place, workflow } = applyEdit(history.present, edit);
    history = record(history, workflow, name, place);
    if (history.past.length >= steps) break;
  }
  return history;
}

function allBack(history: History): History {
  let now = history;
  while (now.past.length > 0) now = undo(now);
  return now;
}

function allAgain(history: History): History {
  let now = history;
  while (now.future.length > 0) now = redo(now);
  return now;
}

function keepsBytes(history: History): void {
  const saved = writeWorkflow(history.present);
  expect(writeWorkflow(parseWorkflow(saved))).toBe(saved);
  const back = allBack(history);
  expect(writeWorkflow(back.present)).toBe(writeWorkflow(parseWorkflow(RICH)));
  const again = allAgain(back);
  expect(writeWorkflow(again.present)).toBe(saved);
  expect(again.past.length).toBe(history.past.length);
}

describe("a document that is edited", () => {
  it("has equal bytes after saving, loading, undoing all and redoing all", () => {
    const law = fc.property(fc.noBias(edits), (list) => keepsBytes(edited(list)));
    fc.assert(law, { numRuns: RUNS });
  });

  it("has them after 2,000 edits too, of every kind", () => {
    const kinds = new Set<string>();
    for (let run = 0; run < RUNS / 25; run++) {
      const history = edited(randomEdits(20_261_124 + run), 2000);
      expect(history.past).toHaveLength(2000);
      for (const step of history.past) kinds.add(step.label);
      keepsBytes(history);
    }
    expect(kinds.size).toBe(KINDS);
  });

  it("is written with what was written of it before as it is written anew", () => {
    const law = fc.property(fc.noBias(edits), (list) => {
      let now = parseWorkflow(RICH);
      for (const edit of list) {
        now = applyEdit(now, edit).workflow;
        expect(writeWorkflow(now)).toBe(writeJson(now));
      }
    });
    fc.assert(law, { numRuns: RUNS });
  });

  it("never leads anywhere that is not there", () => {
    const start = parseWorkflow(RICH);
    expect(dangling(start)).toEqual([]);
    const law = fc.property(fc.noBias(edits), (list) => {
      let now = start;
      for (const edit of list) {
        const { name, place, workflow } = applyEdit(now, edit);
        const wrong = dangling(workflow);
        if (wrong.length > 0) throw new Error(`${name} at ${place}: ${wrong.join("; ")}`);
        now = workflow;
      }
    });
    fc.assert(law, { numRuns: RUNS });
  });
});
