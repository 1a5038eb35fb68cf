/** Nodes that come into a place with fresh ids: duplicated, pasted, or out of a definition. */

import { isArray, isObject, type Json, type JsonObject, numberOf } from "../json.ts";
import { linkTo, type Place, type Workflow } from "../workflow.ts";
import { changeLinksOf, freeName, objectAt, put, putObject, type WithIds } from "./edit.ts";

/** Nodes as they are written, with what their layout says of them. */
export interface Pieces {
  readonly nodes: JsonObject;
  readonly layout: JsonObject;
}

export interface CopyOptions {
  /** How far the copies stand from what they were made of. */
  readonly shift: readonly [number, number];
  /** Whether a link to a node that is not among the pieces stays. */
  readonly keep: (node: string) => boolean;
}

/** Parts of a layout that say something of nodes, by id. */
export const BY_NODE = ["positions", "sizes", "colours"] as const;

/** The nodes of a place with these ids, in the order of the document, and the layout of the place. */
export function piecesAt(workflow: Workflow, place: Place, ids: { has(id: string): boolean }): Pieces {
  const nodes = objectAt(workflow, place, ["nodes"]);
  return {
    nodes: new Map([...nodes].filter(([id, node]) => ids.has(id) && isObject(node))),
    layout: objectAt(workflow, place, ["layout"]),
  };
}

/** Add copies of nodes to a place, under fresh ids; links among them lead to the copies. */
export function addCopies(workflow: Workflow, place: Place, pieces: Pieces, options: CopyOptions): WithIds {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const ids = freshIds(pieces.nodes.keys(), nodes);
  const linked = changeLinksOf(pieces.nodes, (source, output) => {
    const copy = ids.get(source);
    if (copy !== undefined) return copy === source ? null : [linkTo(copy, output)];
    return options.keep(source) ? null : [];
  });
  const all = new Map(nodes);
  for (const [id, node] of linked) all.set(ids.get(id) ?? id, node);
  if (ids.size === 0) return { workflow, ids };
  const added = put(workflow, place, ["nodes"], all);
  return { workflow: withLayout(added, place, pieces.layout, ids, options.shift), ids };
}

function freshIds(wanted: Iterable<string>, nodes: JsonObject): Map<string, string> {
  const taken = new Set(nodes.keys());
  const ids = new Map<string, string>();
  for (const id of wanted) {
    const fresh = freeName(id, taken);
    taken.add(fresh);
    ids.set(id, fresh);
  }
  return ids;
}

function withLayout(
  workflow: Workflow,
  place: Place,
  layout: JsonObject,
  ids: ReadonlyMap<string, string>,
  shift: readonly [number, number],
): Workflow {
  let changed = workflow;
  for (const part of BY_NODE) {
    const from = layout.get(part);
    const now = new Map(objectAt(changed, place, ["layout", part]));
    for (const [id, copy] of ids) {
      const value = isObject(from) ? from.get(id) : undefined;
      if (value === undefined) now.delete(copy);
      else now.set(copy, part === "positions" ? shifted(value, shift) : value);
    }
    changed = putObject(changed, place, ["layout", part], now);
  }
  const from = layout.get("collapsed");
  const also = isArray(from) ? from.flatMap((id) => ids.get(String(id)) ?? []) : [];
  if (also.length === 0) return changed;
  const before = objectAt(changed, place, ["layout"]).get("collapsed");
  const now = [...new Set([...(isArray(before) ? before : []), ...also])];
  return put(changed, place, ["layout", "collapsed"], now);
}

/** A pair of numbers, moved; itself where it is none or does not move. */
function shifted(pair: Json, [dx, dy]: readonly [number, number]): Json {
  if (!isArray(pair) || (dx === 0 && dy === 0)) return pair;
  const [x, y] = pair.map(numberOf);
  if (x === undefined || y === undefined) return pair;
  return [Math.round(x + dx), Math.round(y + dy), ...pair.slice(2)];
}
