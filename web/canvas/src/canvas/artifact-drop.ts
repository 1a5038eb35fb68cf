/** What the canvas does with a picture that is dragged onto it from the gallery. */

import type { DragEvent } from "react";
import { ARTIFACT, artifactIn, openMaking } from "../state/gallery.ts";

export const draggedArtifact = {
  over(event: DragEvent): void {
    if (event.dataTransfer.types.includes(ARTIFACT)) event.preventDefault();
  },
};

/** Open the workflow that made what is dropped. */
export function openDropped(event: DragEvent): void {
  if (event.defaultPrevented) return; // a control took it
  const artifact = artifactIn(event);
  if (!artifact) return;
  event.preventDefault();
  void openMaking(artifact);
}
