/** One history over everything: whole documents that share what they have in common, an entry for each gesture. */

import { bodyAt, type Place, placesOf, type Workflow } from "./workflow.ts";

/** What was done, where, and what the document was before it. */
export interface Step {
  readonly label: string;
  readonly place: Place;
  readonly before: Workflow;
}

export interface History {
  readonly present: Workflow;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** What the newest step belongs to: a step with the same mark joins it. */
  readonly mark: string | null;
}

const MOST_STEPS = 5000;
const MOST_COPIES = 2_000_000; // of nodes: each step copies the index of those at its place

function kept(workflow: Workflow): number {
  const sizes = placesOf(workflow).map((place) => bodyAt(workflow, place).nodes.size);
  const size = Math.max(...sizes);
  return Math.max(100, Math.min(MOST_STEPS, Math.floor(MOST_COPIES / (size + 1))));
}

export function startHistory(workflow: Workflow): History {
  return { present: workflow, past: [], future: [], mark: null };
}

/**
 * Take what an edit made of the present document. Edits with the same `mark`, one right after the other, are
 * one step: the moves of one drag, the letters typed into one input.
 */
export function record(
  history: History,
  after: Workflow,
  label: string,
  place: Place,
  mark: string | null = null,
): History {
  if (after === history.present) return history;
  if (mark !== null && mark === history.mark && history.past.length > 0) {
    return { ...history, present: after, future: [] };
  }
  const past = [...history.past.slice(1 - kept(after)), { label, place, before: history.present }];
  return { present: after, past, future: [], mark };
}

/** End a gesture: what comes next is a step of its own. */
export function settle(history: History): History {
  return history.mark === null ? history : { ...history, mark: null };
}

/** The history one step back; the same if there is none. */
export function undo(history: History): History {
  const step = history.past.at(-1);
  if (!step) return history;
  return {
    present: step.before,
    past: history.past.slice(0, -1),
    future: [...history.future, { ...step, before: history.present }],
    mark: null,
  };
}

/** The history one step forward again; the same if there is none. */
export function redo(history: History): History {
  const step = history.future.at(-1);
  if (!step) return history;
  return {
    present: step.before,
    past: [...history.past, { ...step, before: history.present }],
    future: history.future.slice(0, -1),
    mark: null,
  };
}
