/** Every action there is, and the one place that listens to keys. */

import { type Action, isTyping, matches } from "./action.ts";
import { arrangeActions } from "./arrange.ts";
import { canvasActions } from "./canvas.ts";
import { editActions } from "./edit.ts";
import { fileActions } from "./file.ts";
import { runActions } from "./run.ts";
import { selectActions } from "./select.ts";
import { subgraphActions } from "./subgraph.ts";
import { viewActions } from "./view.ts";

export const ACTIONS: readonly Action[] = [
  ...runActions,
  ...editActions,
  ...subgraphActions,
  ...selectActions,
  ...arrangeActions,
  ...canvasActions,
  ...viewActions,
  ...fileActions,
];

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
