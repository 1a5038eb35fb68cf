/** Going into the bodies of nodes, and out again. */

import { bodiesOf } from "../graph/face.ts";
import { bodyAt, hasPlace, type Place } from "../graph/workflow.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";

/** The bodies of a node of the active document that are there. */
export function bodiesHere(node: string): readonly { readonly input: string; readonly definition: string }[] {
  const tab = activeTab(useDocuments.getState());
  const one = tab && bodyAt(tab.history.present, placeOf(tab)).nodes.get(node);
  return tab && one ? bodiesOf(one).filter((body) => hasPlace(tab.history.present, body.definition)) : [];
}

/** Go into a node; where it has several bodies, a dialog asks which. Returns whether there is any. */
export function enterNode(node: string): boolean {
  const bodies = bodiesHere(node);
  const [first] = bodies;
  if (!first) return false;
  if (bodies.length === 1) enterDefinition(first.definition);
  else useUi.getState().openDialog("bodies", { node });
  return true;
}

export function enterDefinition(name: string): void {
  useSelection.getState().clear();
  useDocuments.getState().enter(name);
}

/** Go back to a depth of the trail; 0 is the document itself. */
export function leaveTo(depth: number): void {
  useSelection.getState().clear();
  useDocuments.getState().leave(depth);
}

/** Show a definition wherever it is used: through a node here if one leads there, else by itself. */
export function goTo(place: Place): void {
  const tab = activeTab(useDocuments.getState());
  if (!tab || placeOf(tab) === place) return;
  const at = place === null ? -1 : tab.trail.indexOf(place);
  if (place === null) leaveTo(0);
  else if (at >= 0) leaveTo(at + 1);
  else if (hasPlace(tab.history.present, place)) enterDefinition(place);
}
