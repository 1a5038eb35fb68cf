/** Which of the runs that were asked for in a tab its canvas shows: what runs now, the others in their turn. */

import type { Run, Runs } from "./run.ts";

/** A run that was asked for. */
export interface Asked {
  readonly job: string;
  /** The node that a sweep put around the document; empty for a plain run. */
  readonly around: string;
}

/** Which run the canvas of a tab shows, and what of it. */
export interface Shown extends Asked {
  /** What was chosen to be looked at, by the definition that was entered: a path such as `each[2]`. */
  readonly chosen: ReadonlyMap<string, string>;
  /** Runs of this tab that are shown when it is their turn. */
  readonly next: readonly Asked[];
}

export type ShownRuns = ReadonlyMap<string, Shown>;

const isOver = (run: Run | undefined) =>
  run !== undefined && run.status !== "running" && run.status !== "queued";

/** What a tab shows once one more run was asked for: that run, unless another of its runs is not over yet. */
export function withAsked(before: Shown | undefined, asked: Asked, runs: Runs): Shown {
  if (!before || isOver(runs.get(before.job))) return { ...asked, chosen: new Map(), next: [] };
  return { ...before, next: [...before.next, asked] };
}

/** What tabs show after runs changed; the same map where that is the same. */
export function followed(shown: ShownRuns, runs: Runs): ShownRuns {
  const changed = [...shown].flatMap(([tab, before]) => {
    const now = turned(before, runs);
    return now === before ? [] : [[tab, now] as const];
  });
  return changed.length === 0 ? shown : new Map([...shown, ...changed]);
}

function turned(before: Shown, runs: Runs): Shown {
  const isRunning = ({ job }: Asked) => runs.get(job)?.status === "running";
  if (before.next.length === 0 || isRunning(before)) return before;
  const all: readonly Asked[] = [before, ...before.next];
  const waits = (one: Asked) => !isOver(runs.get(one.job));
  const now = all.find(isRunning) ?? all.find(waits) ?? all.at(-1);
  if (now === undefined || now === before) return before;
  const next = all.filter((one) => one !== now && waits(one)).map(({ job, around }) => ({ job, around }));
  return { ...before, job: now.job, around: now.around, next };
}
