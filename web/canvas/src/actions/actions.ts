/** Every action there is, and the one place that listens to keys. */

import { type Action, isTyping, matches } from "./action.ts";
import { arrangeActions } from "./arrange.ts";
import { canvasActions } from "./canvas.ts";
import { editActions } from "./edit.ts";
import { runActions } from "./run.ts";
import { selectActions } from "./select.ts";
import { subgraphActions } from "./subgraph.ts";

export const ACTIONS: readonly Action[] = [
  ...runActions,
  ...editActions,
  ...subgraphActions,
  ...selectActions,
  ...arrangeActions,
  ...canvasActions,
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
    const action = ACTIONS.find((one) => {
      if (one.native || (one.scope === "canvas" && (typing || inDialog))) return false;
      const keys = one.keys.find((keys) => matches(keys, event));
      return keys !== undefined && one.enabled?.(keys) !== false;
    });
    if (!action) return;
    event.preventDefault();
    action.run();
  };
  target.addEventListener("keydown", listen);
  return () => target.removeEventListener("keydown", listen);
}
