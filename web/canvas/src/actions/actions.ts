/** Every action there is, and the one place that listens to keys. */

import { type Action, isTyping, matches } from "./action.ts";
import { editActions } from "./edit.ts";
import { runActions } from "./run.ts";
import { subgraphActions } from "./subgraph.ts";

export const ACTIONS: readonly Action[] = [...runActions, ...editActions, ...subgraphActions];

/** Do what the keys mean; returns what ends listening. */
export function listenToKeys(target: Window = window): () => void {
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const typing = isTyping(event.target);
    const inDialog = event.target instanceof Element && event.target.closest("[role=dialog]") !== null;
    const action = ACTIONS.find(
      (one) =>
        (one.scope === "anywhere" || !(typing || inDialog)) && one.keys.some((keys) => matches(keys, event)),
    );
    if (!action || action.enabled?.() === false) return;
    event.preventDefault();
    action.run();
  };
  target.addEventListener("keydown", listen);
  return () => target.removeEventListener("keydown", listen);
}
