/** Showing a node: where it is, selected. */

import type { Place } from "../graph/workflow.ts";
import { goTo } from "./entering.ts";
import { useSelection } from "./selection.ts";

export function showNode(place: Place, node: string): void {
  goTo(place);
  useSelection.getState().select([node]);
}
