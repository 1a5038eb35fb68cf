/** What a drag of nodes, frames and notes does to the document, once, when it ends. */

import { moveNodes } from "../graph/commands/layout.ts";
import { t } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import type { Scene } from "../state/scene.ts";

type At = readonly [number, number];

export function commitMoves(_scene: Scene, moves: ReadonlyMap<string, At>, _copy: boolean): void {
  useDocuments.getState().edit(t("edit.move"), (workflow, place) => moveNodes(workflow, place, moves));
}
