/** Adding, removing, copying and naming nodes. */

import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import { bodyAt, linkTo, type Place, type Workflow } from "../workflow.ts";
import { addCopies, BY_NODE, piecesAt } from "./copies.ts";
import {
  changeAllLinks,
  drop,
  freeName,
  hasNode,
  NODE_ID,
  objectAt,
  put,
  rawAt,
  renamedKey,
  type WithIds,
} from "./edit.ts";
import { dropOutputPort, leadPort } from "./ports.ts";

export interface NewNode {
  readonly type: string;
  readonly version: number;
  readonly at: readonly [number, number];
  readonly inputs?: JsonObject;
  /** What its id is made from; its type where this is left out. */
  readonly name?: string;
}

/** Add a node under an id that is free. */
export function addNode(
  workflow: Workflow,
  place: Place,
  node: NewNode,
): { readonly workflow: Workflow; readonly id: string } {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const id = freeName(node.name ?? node.type.slice(node.type.indexOf("/") + 1), nodes);
  const raw = new Map<string, Json>([
    ["type", node.type],
    ["version", node.version],
    ["inputs", node.inputs ?? new Map()],
  ]);
  const added = put(workflow, place, ["nodes", id], raw);
  return { workflow: put(added, place, ["layout", "positions", id], rounded(node.at)), id };
}

/** A position as it is written: whole canvas units. */
export function rounded([x, y]: readonly [number, number]): Json {
  return [Math.round(x) || 0, Math.round(y) || 0]; // never -0, which is another text
}

/** Remove nodes, with the links to them, their places in the interface and what the layout says of them. */
export function removeNodes(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const kept = new Map([...nodes].filter(([id]) => !ids.has(id)));
  if (kept.size === nodes.size) return workflow;
  const left = put(workflow, place, ["nodes"], kept);
  const unlinked = changeAllLinks(left, place, (source) => (ids.has(source) ? [] : null));
  return forgetLayout(forgetInterface(unlinked, place, ids), place, ids);
}

/** Take nodes out of the interface; what used a port or an output that goes thereby follows. */
function forgetInterface(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  let changed = workflow;
  const { inputs, outputs } = bodyAt(workflow, place).interface;
  for (const [name, port] of inputs) {
    const places = [{ node: port.node, input: port.input }, ...port.also];
    const staying = places.filter((one) => !ids.has(one.node));
    if (staying.length < places.length) changed = leadPort(changed, place, name, staying);
  }
  for (const [name, output] of outputs) {
    if (ids.has(output.node)) changed = dropOutputPort(changed, place, name);
  }
  return changed;
}

/** Forget what the layout of a place says of nodes. */
export function forgetLayout(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  let changed = workflow;
  for (const part of BY_NODE) {
    const before = objectAt(changed, place, ["layout", part]);
    const left = new Map([...before].filter(([id]) => !ids.has(id)));
    if (left.size < before.size) changed = put(changed, place, ["layout", part], left);
  }
  const collapsed = rawAt(changed, place, ["layout", "collapsed"]);
  if (isArray(collapsed) && collapsed.some((id) => ids.has(String(id)))) {
    const left = collapsed.filter((id) => !ids.has(String(id)));
    changed = put(changed, place, ["layout", "collapsed"], left);
  }
  return changed;
}

/** Copy nodes beside themselves. Links among them are copied; those from others too if `withLinks`. */
export function duplicate(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  withLinks: boolean,
  shift: readonly [number, number] = [32, 32],
): WithIds {
  const pieces = piecesAt(workflow, place, ids);
  return addCopies(workflow, place, pieces, { shift, keep: () => withLinks });
}

/** Give a node another id; links, interface and layout follow. An id that is taken or none changes nothing. */
export function changeId(workflow: Workflow, place: Place, from: string, to: string): Workflow {
  const nodes = objectAt(workflow, place, ["nodes"]);
  if (!nodes.has(from) || nodes.has(to) || !NODE_ID.test(to)) return workflow;
  const renamed = put(workflow, place, ["nodes"], renamedKey(nodes, from, to));
  const linked = changeAllLinks(renamed, place, (source, output) =>
    source === from ? [linkTo(to, output)] : null,
  );
  return layoutFollows(interfaceFollows(linked, place, from, to), place, from, to);
}

function interfaceFollows(workflow: Workflow, place: Place, from: string, to: string): Workflow {
  let changed = workflow;
  const { inputs, outputs } = bodyAt(workflow, place).interface;
  for (const [name, port] of inputs) {
    const path = ["interface", "inputs", name];
    if (port.node === from) changed = put(changed, place, [...path, "node"], to);
    if (!port.also.some((one) => one.node === from)) continue;
    const also = rawAt(changed, place, [...path, "also"]);
    const now = (isArray(also) ? also : []).map((one) =>
      isObject(one) && one.get("node") === from ? new Map(one).set("node", to) : one,
    );
    changed = put(changed, place, [...path, "also"], now);
  }
  for (const [name, output] of outputs) {
    if (output.node === from) changed = put(changed, place, ["interface", "outputs", name, "node"], to);
  }
  return changed;
}

function layoutFollows(workflow: Workflow, place: Place, from: string, to: string): Workflow {
  let changed = forgetLayout(workflow, place, new Set([to])); // of a node that was there once
  for (const part of BY_NODE) {
    const before = objectAt(changed, place, ["layout", part]);
    if (before.has(from)) changed = put(changed, place, ["layout", part], renamedKey(before, from, to));
  }
  const collapsed = rawAt(changed, place, ["layout", "collapsed"]);
  if (!isArray(collapsed) || !collapsed.includes(from)) return changed;
  const now = collapsed.map((id) => (id === from ? to : id));
  return put(changed, place, ["layout", "collapsed"], now);
}

/** Call a node something else; an empty title gives it its type's again. */
export function renameNode(workflow: Workflow, place: Place, id: string, title: string): Workflow {
  const path = ["nodes", id, "title"];
  if (title === "") return drop(workflow, place, path);
  if (!hasNode(workflow, place, id) || rawAt(workflow, place, path) === title) return workflow;
  return put(workflow, place, path, title);
}

/** Bypass, mute or use nodes again. */
export function setMode(
  workflow: Workflow,
  place: Place,
  ids: Iterable<string>,
  mode: "bypass" | "mute" | null,
): Workflow {
  let changed = workflow;
  for (const id of ids) {
    const path = ["nodes", id, "mode"];
    if (mode === null) changed = drop(changed, place, path);
    else if (hasNode(changed, place, id) && rawAt(changed, place, path) !== mode) {
      changed = put(changed, place, path, mode);
    }
  }
  return changed;
}
