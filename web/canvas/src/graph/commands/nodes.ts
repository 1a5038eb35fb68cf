/** Adding, removing and naming nodes. */

import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import { linkTo, type Place, type Workflow } from "../workflow.ts";
import { changeAllLinks, drop, freeName, objectAt, put } from "./edit.ts";

export interface NewNode {
  readonly type: string;
  readonly version: number;
  readonly at: readonly [number, number];
  readonly inputs?: JsonObject;
}

/** Add a node; its id is made from its type. */
export function addNode(
  workflow: Workflow,
  place: Place,
  node: NewNode,
): { readonly workflow: Workflow; readonly id: string } {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const id = freeName(node.type.slice(node.type.indexOf("/") + 1), nodes);
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
  return [Math.round(x), Math.round(y)];
}

/** Remove nodes, with the links to them, their places in the interface and what the layout says of them. */
export function removeNodes(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const kept = new Map([...nodes].filter(([id]) => !ids.has(id)));
  if (kept.size === nodes.size) return workflow;
  const left = put(workflow, place, ["nodes"], kept);
  const unlinked = changeAllLinks(left, place, (node, output) =>
    ids.has(node) ? null : linkTo(node, output),
  );
  return forgetLayout(forgetInterface(unlinked, place, ids), place, ids);
}

function forgetInterface(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  let changed = workflow;
  for (const [name, port] of objectAt(workflow, place, ["interface", "inputs"])) {
    if (!isObject(port)) continue;
    const now = withoutPlaces(port, ids);
    if (now === null) changed = drop(changed, place, ["interface", "inputs", name]);
    else if (now !== port) changed = put(changed, place, ["interface", "inputs", name], now);
  }
  for (const [name, output] of objectAt(workflow, place, ["interface", "outputs"])) {
    if (isObject(output) && ids.has(String(output.get("node")))) {
      changed = drop(changed, place, ["interface", "outputs", name]);
    }
  }
  return changed;
}

/** An interface input that leads only to nodes that stay; the next of `also` takes the first one's place. */
function withoutPlaces(port: JsonObject, ids: ReadonlySet<string>): JsonObject | null {
  const also = port.get("also");
  const others = isArray(also) ? also : [];
  const staying = others.filter((one) => !(isObject(one) && ids.has(String(one.get("node")))));
  const first = ids.has(String(port.get("node"))) ? staying.shift() : port;
  if (!isObject(first)) return null;
  if (first === port && staying.length === others.length) return port;
  const now = new Map(port);
  now.set("node", first.get("node") ?? "").set("input", first.get("input") ?? "");
  if (staying.length > 0) now.set("also", staying);
  else now.delete("also");
  return now;
}

function forgetLayout(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  let changed = workflow;
  for (const part of ["positions", "sizes", "colours"]) {
    for (const id of ids) changed = drop(changed, place, ["layout", part, id]);
  }
  const collapsed = objectAt(changed, place, ["layout"]).get("collapsed");
  if (isArray(collapsed) && collapsed.some((id) => ids.has(String(id)))) {
    const left = collapsed.filter((id) => !ids.has(String(id)));
    changed = put(changed, place, ["layout", "collapsed"], left);
  }
  return changed;
}

/** Call a node something else; an empty title gives it its type's again. */
export function renameNode(workflow: Workflow, place: Place, id: string, title: string): Workflow {
  const path = ["nodes", id, "title"];
  return title === "" ? drop(workflow, place, path) : put(workflow, place, path, title);
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
    changed = mode === null ? drop(changed, place, path) : put(changed, place, path, mode);
  }
  return changed;
}
