/** The keys that a person chose for actions, in place of those that they have at first. Kept in this browser. */

import { create } from "zustand";
import { readStored, store } from "./stored.ts";

type Chosen = Readonly<Record<string, readonly string[]>>;

interface ShortcutsState {
  /** The keys of actions that have others than at first, by the action's id. */
  readonly chosen: Chosen;
  /** Give an action other keys; null gives back those that it has at first. */
  choose(action: string, keys: readonly string[] | null): void;
  reset(): void;
}

const KEY = "latentgraph.shortcuts";
const MOST = 8; // ways of one action

/** The choices in what was stored; what makes no sense is left out. */
export function chosenIn(stored: unknown): Chosen {
  if (stored === null || typeof stored !== "object") return {};
  const isKeys = (keys: unknown): keys is readonly string[] =>
    Array.isArray(keys) &&
    keys.length <= MOST &&
    keys.every((one) => typeof one === "string" && one !== "" && one.length <= 40);
  return Object.fromEntries(Object.entries(stored).filter(([, keys]) => isKeys(keys)));
}

export const useShortcuts = create<ShortcutsState>()((set, get) => {
  const keep = (chosen: Chosen) => {
    set({ chosen });
    store(KEY, chosen);
  };
  return {
    chosen: chosenIn(readStored(KEY)),
    choose(action, keys) {
      const { [action]: _, ...others } = get().chosen;
      keep(keys === null ? others : { ...others, [action]: keys.slice(0, MOST) });
    },
    reset() {
      keep({});
    },
  };
});
