/** What drags and drops on the canvas do to the document: one step of its history each. */

import { addAnnotation, moveAnnotations } from "../graph/commands/annotations.ts";
import { moveNodes } from "../graph/commands/layout.ts";
import { insertOnLink, reroute } from "../graph/commands/links.ts";
import { duplicate } from "../graph/commands/nodes.ts";
import type { Edge, Place, Workflow } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { useDocuments } from "./documents.ts";
import type { Scene } from "./scene.ts";
import { useSelection } from "./selection.ts";
import { throughNode } from "./wiring.ts";

type At = readonly [number, number];

/**
 * End a drag. `moves` has where nodes, frames (`frame:id`) and notes (`note:id`) were dropped. With `copy` they
 * stay, and copies of them stand there; a node that was dropped on a link goes in between its ends.
 */
export function commitMoves(
  scene: Scene,
  moves: ReadonlyMap<string, At>,
  copy: boolean,
  onLink: Edge | null = null,
): void {
  const shift = shiftOf(scene, moves);
  if (!shift || (shift[0] === 0 && shift[1] === 0)) return;
  if (copy) {
    copyTo(scene, new Set(moves.keys()), shift);
    return;
  }
  const nodes = new Map([...moves].filter(([id]) => scene.nodes.has(id)));
  const others = annotationsIn(moves);
  const [first] = nodes.keys();
  const through = onLink && first ? throughNode(scene, onLink, first) : null;
  useDocuments.getState().edit(t(through ? "edit.insert" : "edit.move"), (workflow, place) => {
    const moved = nodes.size > 0 ? moveNodes(workflow, place, nodes) : workflow;
    const all = others.size > 0 ? moveAnnotations(moved, place, others, shift) : moved;
    return onLink && through ? insertOnLink(all, place, onLink, through) : all;
  });
}

/** How far everything was dragged. */
function shiftOf(scene: Scene, moves: ReadonlyMap<string, At>): At | null {
  for (const [id, [x, y]] of moves) {
    const from = scene.nodes.get(id)?.at ?? annotationAt(scene, id);
    if (from) return [Math.round(x - from[0]), Math.round(y - from[1])];
  }
  return null;
}

function annotationAt(scene: Scene, id: string): At | null {
  const [kind, name] = [id.slice(0, id.indexOf(":")), id.slice(id.indexOf(":") + 1)];
  const found = (kind === "frame" ? scene.frames : scene.notes).find((one) => one.id === name);
  return found ? [found.box.x, found.box.y] : null;
}

/** The ids of frames and notes, as the document has them. */
export function annotationsIn(ids: Iterable<string> | ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const names = ids instanceof Map ? ids.keys() : (ids as Iterable<string>);
  return new Set(
    [...names].filter((id) => /^(frame|note):/.test(id)).map((id) => id.slice(id.indexOf(":") + 1)),
  );
}

function copyTo(scene: Scene, ids: ReadonlySet<string>, shift: At): void {
  let made: ReadonlyMap<string, string> = new Map();
  useDocuments.getState().edit(t("edit.duplicate"), (workflow, place) => {
    const copied = duplicate(workflow, place, ids, false, shift);
    made = copied.ids;
    return copyAnnotations(copied.workflow, place, scene, ids, shift);
  });
  useSelection.getState().select(made.values());
}

function copyAnnotations(
  workflow: Workflow,
  place: Place,
  scene: Scene,
  ids: ReadonlySet<string>,
  [dx, dy]: At,
): Workflow {
  let changed = workflow;
  for (const [kind, list] of [["frames", scene.frames] as const, ["notes", scene.notes] as const]) {
    for (const { id, text, box, colour } of list) {
      if (!ids.has(`${kind.slice(0, -1)}:${id}`)) continue;
      const made = { text, box: { ...box, x: box.x + dx, y: box.y + dy }, ...(colour ? { colour } : {}) };
      changed = addAnnotation(changed, place, kind, made).workflow;
    }
  }
  return changed;
}

/** Put a waypoint on a link, and select it. */
export function addWaypoint(edge: Edge, at: At): void {
  let id = "";
  useDocuments.getState().edit(t("edit.waypoint"), (workflow, place) => {
    const made = reroute(workflow, place, edge, at);
    id = made.id;
    return made.workflow;
  });
  if (id) useSelection.getState().select([id]);
}
