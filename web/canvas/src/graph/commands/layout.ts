/** Where nodes stand and how they look. Nothing here can change what a run gives. */

import { isArray } from "../json.ts";
import type { Place, Workflow } from "../workflow.ts";
import { drop, objectAt, put } from "./edit.ts";
import { rounded } from "./nodes.ts";

/** Move nodes to where they are to stand. */
export function moveNodes(
  workflow: Workflow,
  place: Place,
  to: ReadonlyMap<string, readonly [number, number]>,
): Workflow {
  const positions = new Map(objectAt(workflow, place, ["layout", "positions"]));
  for (const [id, at] of to) positions.set(id, rounded(at));
  return put(workflow, place, ["layout", "positions"], positions);
}

/** Collapse nodes to their titles, or open them again. */
export function setCollapsed(
  workflow: Workflow,
  place: Place,
  ids: Iterable<string>,
  collapsed: boolean,
): Workflow {
  const before = objectAt(workflow, place, ["layout"]).get("collapsed");
  const now = new Set(isArray(before) ? before.map(String) : []);
  for (const id of ids) {
    if (collapsed) now.add(id);
    else now.delete(id);
  }
  const path = ["layout", "collapsed"];
  return now.size > 0 ? put(workflow, place, path, [...now]) : drop(workflow, place, path);
}
