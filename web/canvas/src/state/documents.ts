/** The open documents: a tab each, with a history of its own. Documents change here and nowhere else. */

import { create } from "zustand";
import { type History, record, redo, settle, startHistory, undo } from "../graph/history.ts";
import { textIn } from "../graph/json.ts";
import { definitionsOf, type Place, type Workflow } from "../graph/workflow.ts";
import { freshId } from "./fresh-id.ts";

/** Where a document came from, and where saving puts it. */
export type Origin =
  | { readonly kind: "new" }
  | { readonly kind: "library"; readonly id: string; readonly etag: string; readonly version: number }
  | { readonly kind: "template"; readonly id: string }
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "job"; readonly id: string }
  | { readonly kind: "shared"; readonly link: string };

export interface Tab {
  readonly key: string;
  readonly origin: Origin;
  readonly history: History;
  /** The document as it was last saved, or opened. */
  readonly saved: Workflow;
  /** The definitions that were entered, outermost first; empty in the document itself. */
  readonly trail: readonly string[];
}

export type Command = (workflow: Workflow, place: Place) => Workflow;

interface DocumentsState {
  readonly tabs: readonly Tab[];
  readonly active: string | null;
  /** Tabs that were closed, newest last, with the place that they had. */
  readonly closed: readonly { readonly tab: Tab; readonly at: number }[];
  open(workflow: Workflow, origin: Origin): string;
  /** Open tabs as they were kept, before those that are open. */
  adopt(tabs: readonly Tab[], active: string | null): void;
  close(key: string): void;
  /** Open the tab again that was closed last. */
  reopen(): void;
  activate(key: string): void;
  /** Put a tab at another place in the row. */
  move(key: string, to: number): void;
  /**
   * Change the active document. `label` names the step in the history; edits with the same `mark`, one after
   * the other, are one step.
   */
  edit(label: string, command: Command, mark?: string): void;
  /** End a gesture: what comes next is a step of its own. */
  settle(): void;
  undo(): void;
  redo(): void;
  enter(definition: string): void;
  /** Go back to a depth of the trail; 0 is the document itself. */
  leave(depth: number): void;
  setOrigin(key: string, origin: Origin, saved: Workflow): void;
  /** Put another document into a tab, as a step of its history: what was there is one undo away. */
  replace(key: string, label: string, workflow: Workflow, origin: Origin): void;
}

const MOST_CLOSED = 20;

export const useDocuments = create<DocumentsState>()((set, get) => {
  const change = (make: (tab: Tab) => Tab): void => {
    const { active, tabs } = get();
    const now = tabs.map((tab) => (tab.key === active ? make(tab) : tab));
    if (now.some((tab, index) => tab !== tabs[index])) set({ tabs: now });
  };
  return {
    tabs: [],
    active: null,
    closed: [],
    open(workflow, origin) {
      const key = freshId();
      const tab: Tab = { key, origin, history: startHistory(workflow), saved: workflow, trail: [] };
      set(({ tabs }) => ({ tabs: [...tabs, tab], active: key }));
      return key;
    },
    adopt(tabs, active) {
      set((state) => ({ tabs: [...tabs, ...state.tabs], active: state.active ?? active }));
    },
    close(key) {
      set(({ tabs, active, closed }) => {
        const at = tabs.findIndex((tab) => tab.key === key);
        const tab = tabs[at];
        if (!tab) return {};
        const left = tabs.filter((tab) => tab.key !== key);
        const next = left[Math.min(at, left.length - 1)]?.key ?? null;
        return {
          tabs: left,
          active: active === key ? next : active,
          closed: [...closed, { tab, at }].slice(-MOST_CLOSED),
        };
      });
    },
    reopen() {
      set(({ tabs, closed }) => {
        const last = closed.at(-1);
        if (!last) return {};
        return {
          tabs: tabs.toSpliced(last.at, 0, last.tab),
          active: last.tab.key,
          closed: closed.slice(0, -1),
        };
      });
    },
    move(key, to) {
      set(({ tabs }) => {
        const at = tabs.findIndex((tab) => tab.key === key);
        const tab = tabs[at];
        const place = Math.max(0, Math.min(to, tabs.length - 1));
        return tab && at !== place ? { tabs: tabs.toSpliced(at, 1).toSpliced(place, 0, tab) } : {};
      });
    },
    activate(key) {
      set({ active: key });
    },
    edit(label, command, mark) {
      change((tab) => {
        if (isReadOnly(tab)) return tab;
        const place = placeOf(tab);
        const after = command(tab.history.present, place);
        const history = record(tab.history, after, label, place, mark ?? null);
        return history === tab.history ? tab : { ...tab, history };
      });
    },
    settle() {
      change((tab) => {
        const history = settle(tab.history);
        return history === tab.history ? tab : { ...tab, history };
      });
    },
    undo() {
      change((tab) => shown(tab, undo(tab.history), tab.history.past.at(-1)?.place));
    },
    redo() {
      change((tab) => shown(tab, redo(tab.history), tab.history.future.at(-1)?.place));
    },
    enter(definition) {
      change((tab) => ({ ...tab, trail: [...tab.trail, definition] }));
    },
    leave(depth) {
      change((tab) => ({ ...tab, trail: tab.trail.slice(0, depth) }));
    },
    setOrigin(key, origin, saved) {
      set(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.key === key ? { ...tab, origin, saved } : tab)) }));
    },
    replace(key, label, workflow, origin) {
      set(({ tabs }) => ({
        tabs: tabs.map((tab) => {
          if (tab.key !== key) return tab;
          const history = record(tab.history, workflow, label, null);
          return { ...shown(tab, history, undefined), history, origin, saved: workflow };
        }),
      }));
    },
  };
});

/** A tab at a step of its history, looking at where the step was taken. */
function shown(tab: Tab, history: History, place: Place | undefined): Tab {
  if (history === tab.history) return tab;
  const there = new Set(definitionsOf(history.present));
  const trail = tab.trail.filter((name) => there.has(name));
  if (place === undefined || place === (trail.at(-1) ?? null)) return { ...tab, history, trail };
  if (place === null || !there.has(place)) return { ...tab, history, trail: [] };
  const at = trail.indexOf(place);
  return { ...tab, history, trail: at >= 0 ? trail.slice(0, at + 1) : [...trail, place] };
}

/** Where the canvas of a tab is: in the document, or in a definition. */
export function placeOf(tab: Tab): Place {
  return tab.trail.at(-1) ?? null;
}

export function activeTab(state: Pick<DocumentsState, "tabs" | "active">): Tab | null {
  return state.tabs.find((tab) => tab.key === state.active) ?? null;
}

/** Whether a tab shows what is somebody else's: it can be copied, not changed. */
export function isReadOnly(tab: Tab): boolean {
  return tab.origin.kind === "shared";
}

export function isChanged(tab: Tab): boolean {
  return tab.history.present !== tab.saved;
}

export function nameOf(workflow: Workflow): string {
  return textIn(workflow, ["name"]);
}

/** The active document, or null where none is open. */
export function useWorkflow(): Workflow | null {
  return useDocuments((state) => activeTab(state)?.history.present ?? null);
}

export function usePlace(): Place {
  return useDocuments((state) => {
    const tab = activeTab(state);
    return tab ? placeOf(tab) : null;
  });
}
