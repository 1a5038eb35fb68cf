/** Leading to a node, wherever it is in the active document. */

import { bodyAt, type Place } from "../graph/workflow.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { goTo } from "./entering.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";
import { useView } from "./view.ts";

/** Show a node of the active document so that it can be read, and select it: definitions are entered. */
export function lead(node: string, place: Place = null): void {
  goTo(place);
  const tab = activeTab(useDocuments.getState());
  if (!tab || !bodyAt(tab.history.present, placeOf(tab)).nodes.has(node)) return;
  useUi.getState().setView("canvas");
  const { select, focus } = useSelection.getState();
  select([node]);
  focus(node);
  useView.getState().show({ kind: "reveal", node, readable: true });
}
