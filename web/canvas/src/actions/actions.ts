/** Every action there is, and the one place that listens to keys. */

import { useShortcuts } from "../state/shortcuts.ts";
import { type Action, isTyping, matches } from "./action.ts";
import { applicationActions } from "./application.ts";
import { arrangeActions } from "./arrange.ts";
import { canvasActions } from "./canvas.ts";
import { editActions } from "./edit.ts";
import { fileActions } from "./file.ts";
import { runActions } from "./run.ts";
import { selectActions } from "./select.ts";
import { subgraphActions } from "./subgraph.ts";
import { viewActions } from "./view.ts";

const ALL: readonly Action[] = [
  ...runActions,
  ...editActions,
  ...subgraphActions,
  ...selectActions,
  ...arrangeActions,
  ...canvasActions,
  ...viewActions,
  ...applicationActions,
  ...fileActions,
];

/** The actions, with the keys that the person chose where there are such. */
export const ACTIONS: readonly Action[] = ALL.map((action) => ({
  ...action,
  get keys() {
    return useShortcuts.getState().chosen[action.id] ?? action.keys;
  },
}));

/** The keys that an action has at first. */
export function firstKeys(id: string): readonly string[] {
  return ALL.find((one) => one.id === id)?.keys ?? [];
}

/** The other actions that the same keys mean, wherever they count. */
export function alsoMeant(action: Action, keys: string): readonly Action[] {
  return ACTIONS.filter((one) => one.id !== action.id && one.keys.includes(keys));
}

export function actionOf(id: string): Action | undefined {
  return ACTIONS.find((one) => one.id === id);
}

/** Do what the keys mean; returns what ends listening. */
export function listenToKeys(target: Window = window): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const typing = isTyping(event.target);
    const inDialog = event.target instanceof Element && event.target.closest("[role=dialog]") !== null;
    for (const action of ACTIONS) {
      if (action.native || (action.scope === "canvas" && (typing || inDialog))) continue;
      const keys = action.keys.find((one) => matches(one, event));
      if (keys === undefined || action.enabled?.(keys) === false) continue;
      event.preventDefault();
      action.run(keys);
      return;
    }
  };
  // A button with the focus keeps Enter for itself, whatever is held with it: such keys are heard before it.
  const early = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    listen(event);
    if (event.defaultPrevented) event.stopPropagation();
  };
  target.addEventListener("keydown", early, true);
  target.addEventListener("keydown", listen);
  return () => {
    target.removeEventListener("keydown", early, true);
    target.removeEventListener("keydown", listen);
  };
}
