/** Connecting, disconnecting, and what goes between. */

import type { Face } from "../face.ts";
import { isArray, type Json } from "../json.ts";
import { fits } from "../shape.ts";
import {
  type Body,
  bodyAt,
  type Edge,
  edgesInto,
  edgesOf,
  linkOf,
  linkTo,
  type Place,
  type Workflow,
} from "../workflow.ts";
import { changeAllLinks, drop, hasNode, put, rawAt } from "./edit.ts";
import { addNode, removeNodes } from "./nodes.ts";
import { leadPort } from "./ports.ts";

export interface Connection {
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
  /** Whether the input takes many links: a new one is added to those that are there. */
  readonly many: boolean;
}

/** Lead an output to an input. A link that is there already is left alone. */
export function connect(workflow: Workflow, place: Place, link: Connection): Workflow {
  if (!hasNode(workflow, place, link.target)) return workflow;
  const path = ["nodes", link.target, "inputs", link.input];
  const before = rawAt(workflow, place, path);
  const value = linkTo(link.source, link.output);
  const same = (item: Json | undefined) => {
    const one = linkOf(item);
    return one?.node === link.source && one.output === link.output;
  };
  if (!link.many) return same(before) ? workflow : put(workflow, place, path, value);
  const items: readonly Json[] = isArray(before) ? before : linkOf(before) ? [before as Json] : [];
  return items.some(same) ? workflow : put(workflow, place, path, [...items, value]);
}

/** Take a link away; the input has its default again, or the rest of its links. */
export function disconnect(workflow: Workflow, place: Place, edge: Edge): Workflow {
  const path = ["nodes", edge.target, "inputs", edge.input];
  const value = rawAt(workflow, place, path);
  if (!isThere(value, edge)) return workflow;
  if (edge.index === null || !isArray(value)) return drop(workflow, place, path);
  const left = value.filter((_, index) => index !== edge.index);
  return left.length > 0 ? put(workflow, place, path, left) : drop(workflow, place, path);
}

/** Whether an input's value still holds a link where it was. */
function isThere(value: Json | undefined, edge: Edge): boolean {
  const link = linkOf(edge.index === null ? value : isArray(value) ? value[edge.index] : undefined);
  return link?.node === edge.source && link.output === edge.output;
}

/** Lead a link elsewhere: its target gets another output, in the same place of its list. */
export function redirect(
  workflow: Workflow,
  place: Place,
  edge: Edge,
  source: string,
  output: string,
): Workflow {
  const path = ["nodes", edge.target, "inputs", edge.input];
  const value = rawAt(workflow, place, path);
  if (!isThere(value, edge)) return workflow;
  const link = linkTo(source, output);
  if (edge.index === null || !isArray(value)) return put(workflow, place, path, link);
  return put(workflow, place, path, value.with(edge.index, link));
}

/** Put a node between the ends of a link; one that would close a circle there is left where it is. */
export function insertOnLink(
  workflow: Workflow,
  place: Place,
  edge: Edge,
  through: { readonly node: string; readonly input: string; readonly many: boolean; readonly output: string },
): Workflow {
  if (wouldCircle(workflow, place, edge.source, through.node)) return workflow;
  if (wouldCircle(workflow, place, through.node, edge.target)) return workflow;
  const after = redirect(workflow, place, edge, through.node, through.output);
  if (after === workflow) return workflow;
  const { source, output } = edge;
  return connect(after, place, {
    source,
    output,
    target: through.node,
    input: through.input,
    many: through.many,
  });
}

/** Put a waypoint on a link, with its middle where it is wanted. */
export function reroute(
  workflow: Workflow,
  place: Place,
  edge: Edge,
  at: readonly [number, number],
): { readonly workflow: Workflow; readonly id: string } {
  const added = addNode(workflow, place, { type: "flow/pass", version: 1, at });
  const through = { node: added.id, input: "value", many: false, output: "value" };
  const led = insertOnLink(added.workflow, place, edge, through);
  return led === added.workflow ? { workflow, id: "" } : { workflow: led, id: added.id };
}

/** Move an item of an input that takes many to another place in its list. */
export function moveItem(
  workflow: Workflow,
  place: Place,
  target: { readonly node: string; readonly input: string },
  from: number,
  to: number,
): Workflow {
  const path = ["nodes", target.node, "inputs", target.input];
  const items = rawAt(workflow, place, path);
  if (!isArray(items) || from === to) return workflow;
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return workflow;
  return put(workflow, place, path, items.toSpliced(from, 1).toSpliced(to, 0, item));
}

/**
 * Remove nodes and lead what arrived at the first input that fits an output to all that used that output: what
 * the engine does for a node that is bypassed. What a port led through them leads on as well.
 */
export function healAndRemove(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  faces: ReadonlyMap<string, Face>,
): Workflow {
  const body = bodyAt(workflow, place);
  const arriving = (id: string, output: string, seen: ReadonlySet<string>): readonly Json[] => {
    const node = body.nodes.get(id);
    if (!node || seen.has(id)) return [];
    if (!ids.has(id)) return [linkTo(id, output)];
    const name = handedOn(faces.get(id), output, new Set(edgesInto(id, node).map((edge) => edge.input)));
    const edges = edgesInto(id, node).filter((edge) => edge.input === name);
    const before = new Set(seen).add(id);
    return edges.flatMap((edge) => arriving(edge.source, edge.output, before));
  };
  const healed = changeAllLinks(workflow, place, (source, output, target) =>
    ids.has(source) && !ids.has(target) ? arriving(source, output, new Set()) : null,
  );
  let changed = healed;
  for (const [name, one] of body.interface.outputs) {
    const link = ids.has(one.node) ? linkOf(arriving(one.node, one.output, new Set())[0]) : null;
    if (!link) continue;
    const path = ["interface", "outputs", name];
    changed = put(changed, place, [...path, "node"], link.node);
    changed = put(changed, place, [...path, "output"], link.output);
  }
  for (const [name, port] of body.interface.inputs) {
    const places = [port, ...port.also].filter((one) => ids.has(one.node));
    const users = places.flatMap((one) => passedOn(body, one, faces)).filter((one) => !ids.has(one.node));
    const free = users.filter(
      (one) => rawAt(changed, place, ["nodes", one.node, "inputs", one.input]) === undefined,
    );
    if (free.length > 0) changed = leadPort(changed, place, name, [port, ...port.also, ...free]);
  }
  return removeNodes(changed, place, ids);
}

/** The inputs that get whole what an input of a node gives on. */
function passedOn(
  body: Body,
  from: { readonly node: string; readonly input: string },
  faces: ReadonlyMap<string, Face>,
): { readonly node: string; readonly input: string }[] {
  const face = faces.get(from.node);
  return edgesOf(body).flatMap((edge) => {
    if (edge.source !== from.node || edge.index !== null) return [];
    const given = handedOn(face, edge.output, new Set([from.input]));
    return given === null ? [] : [{ node: edge.target, input: edge.input }];
  });
}

/** The first linked input whose values an output could give on, or null. */
function handedOn(face: Face | undefined, output: string, linked: ReadonlySet<string>): string | null {
  const wanted = face?.outputs.find((one) => one.name === output)?.shape;
  if (!face || !wanted) return null;
  return face.inputs.find((one) => linked.has(one.name) && fits(one.shape, wanted))?.name ?? null;
}

/** Whether leading `source` to `target` would close a circle. */
export function wouldCircle(workflow: Workflow, place: Place, source: string, target: string): boolean {
  const { nodes } = bodyAt(workflow, place);
  const seen = new Set<string>();
  const waiting = [source];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === target) return true;
    const node = nodes.get(id);
    if (seen.has(id) || !node) continue;
    seen.add(id);
    for (const edge of edgesInto(id, node)) waiting.push(edge.source);
  }
  return false;
}
