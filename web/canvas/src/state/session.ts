/** What the server does for this page: the connection, the jobs, and how each node of a job stands. */

import { create } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { longTextsIn, rowsIn, type Values } from "../graph/values.ts";
import type { Connection, JobEvent, Preview } from "../server/events.ts";
import { followed, type ShownRuns, withAsked } from "./following.ts";
import { type Inside, type NodeRun, type Run, type Runs, taken, withPreview } from "./run.ts";

export type { Inside, NodeRun, Run } from "./run.ts";

interface SessionState {
  readonly connection: Connection;
  /** Jobs by id: those of this page, and whatever else was told. */
  readonly runs: Runs;
  /** What the canvas of each tab shows. */
  readonly shown: ShownRuns;
  /** Where the canvas of each tab is within its run: the path of what is around its nodes, or empty. */
  readonly looking: ReadonlyMap<string, string>;
  setConnection(connection: Connection): void;
  /** Take what a stream told, in one change. */
  take(events: readonly JobEvent[]): void;
  takePreview(preview: Preview): void;
  /** Take a job's whole journal, as it was read: it holds unless more was told already. */
  restore(job: string, facts: readonly JobEvent[]): void;
  /** Show a run on the canvas of a tab, whatever else that tab follows. */
  show(tab: string, job: string, around?: string): void;
  /** Show a run that was asked for in a tab, after those that it asked for before. */
  follow(tab: string, job: string, around?: string): void;
  /** Stop showing a run on the canvas. */
  hide(tab: string): void;
  choose(tab: string, definition: string, path: string): void;
  look(tab: string, path: string): void;
}

const MOST_RUNS = 50;
const pictures = new Map<string, Set<string>>(); // the addresses that this page made, by job

export const useSession = create<SessionState>()((set, get) => ({
  connection: "connecting",
  runs: new Map(),
  shown: new Map(),
  looking: new Map(),
  setConnection(connection) {
    if (connection !== get().connection) set({ connection });
  },
  take(events) {
    set(({ runs, shown }) => {
      const now = taken(runs, events);
      return { runs: bounded(now, shown), shown: followed(shown, now) };
    });
  },
  takePreview({ job, node, picture }) {
    const before = get().runs.get(job)?.nodes.get(node)?.preview ?? "";
    const address = URL.createObjectURL(picture);
    const known = pictures.get(job) ?? new Set();
    pictures.set(job, known.add(address));
    set(({ runs }) => ({ runs: withPreview(runs, job, node, address) }));
    if (known.delete(before)) URL.revokeObjectURL(before);
  },
  restore(job, facts) {
    set(({ runs, shown }) => {
      const read = taken(new Map(), facts).get(job);
      const known = runs.get(job);
      if (!read || (known?.whole && known.number >= read.number)) return {};
      return { runs: bounded(new Map(runs).set(job, read), shown) };
    });
  },
  show(tab, job, around = "") {
    const chosen: ReadonlyMap<string, string> = new Map();
    set(({ shown }) => ({ shown: new Map(shown).set(tab, { job, around, chosen, next: [] }) }));
  },
  follow(tab, job, around = "") {
    set(({ shown, runs }) => ({
      shown: new Map(shown).set(tab, withAsked(shown.get(tab), { job, around }, runs)),
    }));
  },
  hide(tab) {
    set(({ shown }) => ({ shown: new Map([...shown].filter(([key]) => key !== tab)) }));
  },
  choose(tab, definition, path) {
    set(({ shown }) => {
      const before = shown.get(tab);
      if (!before) return {};
      const chosen = new Map(before.chosen).set(definition, path);
      return { shown: new Map(shown).set(tab, { ...before, chosen }) };
    });
  },
  look(tab, path) {
    if ((get().looking.get(tab) ?? "") === path) return;
    set(({ looking }) => ({ looking: new Map(looking).set(tab, path) }));
  },
}));

/** The newest runs, and those that are shown; the pictures of others are given back. */
function bounded(runs: Runs, shown: ShownRuns): Runs {
  if (runs.size <= MOST_RUNS) return runs;
  const needed = new Set([...shown.values()].map((one) => one.job));
  const dropped = [...runs.keys()].slice(0, runs.size - MOST_RUNS).filter((job) => !needed.has(job));
  const kept = new Map(runs);
  for (const job of dropped) {
    kept.delete(job);
    for (const address of pictures.get(job) ?? []) URL.revokeObjectURL(address);
    pictures.delete(job);
  }
  return kept;
}

type Look = Pick<SessionState, "runs" | "shown" | "looking">;

/** The run that a tab shows. */
export function runOf({ runs, shown }: Pick<SessionState, "runs" | "shown">, tab: string | null): Run | null {
  return runs.get(shown.get(tab ?? "")?.job ?? "") ?? null;
}

/** The path in a run of a node that the canvas shows. */
export function pathOf({ looking }: Look, tab: string, node: string): string {
  const around = looking.get(tab);
  return around ? `${around}/${node}` : node;
}

/** How a node of the run that a tab shows stands; changes only when that node does. */
export function useNodeRun(tab: string, node: string): NodeRun | null {
  return useSession((state) => runOf(state, tab)?.nodes.get(pathOf(state, tab, node)) ?? null);
}

/** How what runs inside a node stands, where anything does. */
export function useInside(tab: string, node: string): Inside | null {
  return useSession((state) => runOf(state, tab)?.inside.get(pathOf(state, tab, node)) ?? null);
}

/** What a node shows under its rows: a picture, the plot of what it gave, or the texts that it gave. */
export interface Shows {
  readonly kind: "picture" | "plot" | "text";
  readonly texts: readonly string[];
}

/** The nodes that the canvas shows which have something to show under their rows, by their ids there. */
export function usePictured(tab: string): ReadonlyMap<string, Shows> {
  return useSession(
    useShallow((state) => {
      const prefix = pathOf(state, tab, "");
      const found = new Map<string, Shows>();
      for (const [path, one] of runOf(state, tab)?.nodes ?? []) {
        const isHere = path.startsWith(prefix) && !path.includes("/", prefix.length);
        const shows = isHere ? showsOf(one) : null;
        if (shows) found.set(path.slice(prefix.length), shows);
      }
      return found;
    }),
  );
}

/** What a node has to be shown under its rows. */
function showsOf(run: NodeRun): Shows | null {
  const pictures = run.artifacts.some((one) => one.media_type.startsWith("image/"));
  if (run.preview !== "" || pictures) return PICTURE;
  if (rowsIn(run.values).length > 0) return PLOT;
  const before = shownTexts.get(run.values);
  if (before !== undefined) return before;
  const texts = longTextsIn(run.values);
  const shows: Shows | null = texts.length > 0 ? { kind: "text", texts } : null;
  shownTexts.set(run.values, shows);
  return shows;
}

const PICTURE: Shows = { kind: "picture", texts: [] };
const PLOT: Shows = { kind: "plot", texts: [] };
const shownTexts = new WeakMap<Values, Shows | null>(); // the same for the same values, so that nothing is drawn anew
