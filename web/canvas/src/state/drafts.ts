/**
 * The open documents as drafts in this browser: kept within a second of each change, and there again after a
 * reload or a crash.
 */

import { create } from "zustand";
import { startHistory } from "../graph/history.ts";
import { parseWorkflow, writeWorkflow } from "../graph/workflow.ts";
import { type Tab, useDocuments } from "./documents.ts";
import type { Change, Draft, DraftStore, WindowRecord } from "./draft-store.ts";
import { alone } from "./windows.ts";

/** Why drafts can not be kept: no room, or the browser keeps nothing for this page. */
export type DraftTrouble = "full" | "forbidden";

interface DraftsState {
  readonly trouble: DraftTrouble | null;
}

export const useDrafts = create<DraftsState>()(() => ({ trouble: null }));

const PAUSE = 250; // milliseconds without a change before drafts are written
const LONGEST = 900; // milliseconds that a change waits at most

function draftOf(tab: Tab, window: string): Draft {
  const { key, origin, trail, saved, history } = tab;
  const { present } = history;
  return {
    key,
    window,
    origin,
    trail,
    present: writeWorkflow(present),
    saved: present === saved ? null : writeWorkflow(saved),
  };
}

/** A draft as a tab, its history from now on; null where it can not be read. */
function tabOf(draft: Draft): Tab | null {
  try {
    const present = parseWorkflow(draft.present);
    const saved =
      draft.saved === null || draft.saved === draft.present ? present : parseWorkflow(draft.saved);
    const { key, origin, trail } = draft;
    return { key, origin, trail, saved, history: startHistory(present) };
  } catch {
    return null;
  }
}

export interface Restored {
  readonly tabs: readonly Tab[];
  readonly active: string | null;
  /** Other windows that are open and have drafts. */
  readonly others: readonly string[];
}

/**
 * The tabs that this window had, and those of windows that are gone: from now on they are this window's. `open`
 * tells which windows there are. Raises what the store raises.
 */
export async function restore(
  store: DraftStore,
  own: string,
  open: () => Promise<ReadonlySet<string>>,
): Promise<Restored> {
  return alone(async () => {
    const others = new Set(await open());
    others.delete(own);
    const { drafts, windows } = await store.read();
    const mine = drafts.filter((draft) => !others.has(draft.window));
    const gone = windows.filter(({ id }) => id !== own && !others.has(id));
    const ordered = inOrder(mine, windows, own);
    const adopted = ordered
      .filter((draft) => draft.window !== own)
      .map((draft) => ({ ...draft, window: own }));
    const active = activeOf(windows, own, ordered);
    const record: WindowRecord = { id: own, order: ordered.map((draft) => draft.key), active };
    await store.write({ put: adopted, window: record, forget: gone.map(({ id }) => id) });
    const tabs = ordered.flatMap((draft) => tabOf(draft) ?? []);
    return {
      tabs,
      active: tabs.some((tab) => tab.key === active) ? active : (tabs.at(-1)?.key ?? null),
      others: [...new Set(drafts.map((draft) => draft.window).filter((window) => others.has(window)))],
    };
  });
}

function inOrder(drafts: readonly Draft[], windows: readonly WindowRecord[], own: string): readonly Draft[] {
  const place = new Map<string, number>();
  const ranked = windows.toSorted((one, other) => Number(other.id === own) - Number(one.id === own));
  for (const { order } of ranked) for (const key of order) place.set(key, place.size);
  const at = (draft: Draft) => place.get(draft.key) ?? place.size;
  return drafts.toSorted((one, other) => at(one) - at(other));
}

function activeOf(windows: readonly WindowRecord[], own: string, drafts: readonly Draft[]): string | null {
  const there = new Set(drafts.map((draft) => draft.key));
  const ranked = windows.toSorted((one, other) => Number(other.id === own) - Number(one.id === own));
  return ranked.map(({ active }) => active).find((key) => key !== null && there.has(key)) ?? null;
}

interface Seen {
  readonly tabs: readonly Tab[];
  readonly active: string | null;
}

/** What must be written so that the store, which has what was seen `before`, has what there is `now`. */
function changeBetween(before: Seen, now: Seen, window: string): Change {
  const known = new Map(before.tabs.map((tab) => [tab.key, tab]));
  const put = now.tabs.filter((tab) => needsWriting(known.get(tab.key), tab));
  const left = new Set(now.tabs.map((tab) => tab.key));
  const record: WindowRecord = { id: window, order: [...left], active: now.active };
  return {
    put: put.map((tab) => draftOf(tab, window)),
    remove: [...known.keys()].filter((key) => !left.has(key)),
    window: record,
  };
}

function needsWriting(before: Tab | undefined, tab: Tab): boolean {
  return (
    before?.history.present !== tab.history.present ||
    before.saved !== tab.saved ||
    before.origin !== tab.origin ||
    before.trail !== tab.trail
  );
}

/** Keep drafts of the open documents from now on; returns what writes at once, and what ends it. */
export function keepDrafts(
  store: DraftStore,
  window: string,
  written: Seen,
): { readonly flush: () => Promise<void>; readonly stop: () => void } {
  let before = written;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since: number | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async () => {
    const { tabs, active } = useDocuments.getState();
    if (tabs === before.tabs && active === before.active) return;
    try {
      await store.write(changeBetween(before, { tabs, active }, window));
      before = { tabs, active };
      useDrafts.setState({ trouble: null });
    } catch (error) {
      useDrafts.setState({ trouble: troubleOf(error) }); // with the next change it is tried again, whole
    }
  };
  const flush = () => {
    clearTimeout(timer);
    since = null;
    writing = writing.then(write);
    return writing;
  };
  const later = () => {
    since ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(flush, Math.max(0, Math.min(PAUSE, since + LONGEST - performance.now())));
  };
  const stop = useDocuments.subscribe((state, last) => {
    if (state.tabs !== last.tabs || state.active !== last.active) later();
  });
  later();
  return {
    flush,
    stop() {
      stop();
      clearTimeout(timer);
    },
  };
}

export function troubleOf(error: unknown): DraftTrouble {
  return error instanceof DOMException && error.name === "QuotaExceededError" ? "full" : "forbidden";
}
