/** Undoing and redoing, and showing what that changed. */

import { changedNodes } from "../graph/changes.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";
import { useView } from "./view.ts";

const MOST = 50; // more nodes than that are everywhere anyway

/** Take a step back or forth in the history; the canvas goes where it was, and selects what it changed. */
export function step(direction: "undo" | "redo"): void {
  const before = activeTab(useDocuments.getState());
  useDocuments.getState()[direction]();
  const after = activeTab(useDocuments.getState());
  if (!before || !after || before === after) return;
  const changed = changedNodes(before.history.present, after.history.present, placeOf(after));
  const [first] = changed;
  if (first === undefined || changed.length > MOST) return;
  useSelection.getState().select(changed);
  if (useUi.getState().view === "canvas") useView.getState().show({ kind: "reveal", node: first });
}
