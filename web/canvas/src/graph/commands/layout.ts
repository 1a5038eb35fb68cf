/** Where nodes stand and how they look. Nothing here can change what a run gives. */

import { isArray, sameJson } from "../json.ts";
import type { Place, Workflow } from "../workflow.ts";
import { drop, hasNode, objectAt, put, putObject } from "./edit.ts";
import { rounded } from "./nodes.ts";

type Pairs = ReadonlyMap<string, readonly [number, number]>;

/** Move nodes to where they are to stand. */
export function moveNodes(workflow: Workflow, place: Place, to: Pairs): Workflow {
  return putPairs(workflow, place, "positions", to);
}

/** Give nodes other sizes than those that their type has. */
export function resizeNodes(workflow: Workflow, place: Place, to: Pairs): Workflow {
  return putPairs(workflow, place, "sizes", to);
}

/** Give a node the size of its type again. */
export function resetSize(workflow: Workflow, place: Place, id: string): Workflow {
  return drop(workflow, place, ["layout", "sizes", id]);
}

function putPairs(workflow: Workflow, place: Place, part: string, to: Pairs): Workflow {
  const before = objectAt(workflow, place, ["layout", part]);
  const now = new Map(before);
  let differs = false;
  for (const [id, pair] of to) {
    const written = rounded(pair);
    if (!hasNode(workflow, place, id) || sameJson(now.get(id), written)) continue;
    now.set(id, written);
    differs = true;
  }
  return differs ? put(workflow, place, ["layout", part], now) : workflow;
}

/** Give nodes a colour of their own, `#rrggbb`; null takes it away. */
export function setColour(
  workflow: Workflow,
  place: Place,
  ids: Iterable<string>,
  colour: string | null,
): Workflow {
  const before = objectAt(workflow, place, ["layout", "colours"]);
  const now = new Map(before);
  for (const id of ids) {
    if (colour === null) now.delete(id);
    else if (hasNode(workflow, place, id)) now.set(id, colour);
  }
  return sameJson(before, now) ? workflow : putObject(workflow, place, ["layout", "colours"], now);
}

/** Collapse nodes to their titles, or open them again. */
export function setCollapsed(
  workflow: Workflow,
  place: Place,
  ids: Iterable<string>,
  collapsed: boolean,
): Workflow {
  const list = objectAt(workflow, place, ["layout"]).get("collapsed");
  const before = isArray(list) ? list : [];
  const asked = new Set(ids);
  const path = ["layout", "collapsed"];
  if (!collapsed) {
    const left = before.filter((id) => !asked.has(String(id)));
    if (left.length === before.length) return workflow;
    return left.length > 0 ? put(workflow, place, path, left) : drop(workflow, place, path);
  }
  const more = [...asked].filter((id) => !before.includes(id) && hasNode(workflow, place, id));
  return more.length > 0 ? put(workflow, place, path, [...before, ...more]) : workflow;
}
