/** Putting what is in a definition in the place of a node that calls it. */

import { isArray, isObject, type JsonObject, setIn } from "../json.ts";
import { type Body, bodyAt, hasPlace, linkTo, type Place, type Workflow } from "../workflow.ts";
import { addAnnotations } from "./annotations.ts";
import { addCopies } from "./copies.ts";
import { removeDefinition } from "./definitions.ts";
import { changeAllLinks, objectAt, put, type WithIds } from "./edit.ts";
import { middle } from "./group.ts";
import { removeNodes, setMode } from "./nodes.ts";
import { dropOutputPort, leadPort } from "./ports.ts";

/** The definition that a node calls, or null: only a call can be put apart. */
export function calledBy(workflow: Workflow, place: Place, node: string): string | null {
  const call = bodyAt(workflow, place).nodes.get(node);
  const body = call?.inputs.get("body");
  if (call?.type !== "flow/call" || typeof body !== "string" || !hasPlace(workflow, body)) return null;
  return body;
}

/**
 * Put a copy of what a node calls in its place, and forget the definition if nothing else uses it. The ids are
 * those of the nodes inside. What is no call stays as it is.
 */
export function ungroup(workflow: Workflow, place: Place, call: string): WithIds {
  const definition = calledBy(workflow, place, call);
  if (definition === null) return { workflow, ids: new Map() };
  const inner = bodyAt(workflow, definition);
  const shift = shiftOf(workflow, place, call, definition);
  const pieces = {
    nodes: objectAt(workflow, definition, ["nodes"]),
    layout: objectAt(workflow, definition, ["layout"]),
  };
  const copied = addCopies(workflow, place, pieces, { shift, keep: () => false });
  const { ids } = copied;
  const values = objectAt(workflow, place, ["nodes", call, "inputs"]);
  let changed = withValues(copied.workflow, place, inner, ids, values);
  changed = leadInside(changed, place, call, inner, ids);
  const dissolved = waypointsOf(changed, place, definition, call, values, ids);
  changed = dissolve(changed, place, dissolved, values);
  changed = addAnnotations(changed, place, objectAt(workflow, definition, ["layout"]), shift);
  const mode = bodyAt(workflow, place).nodes.get(call)?.mode ?? null;
  if (mode) changed = setMode(changed, place, ids.values(), mode);
  const gone = new Set([call, ...dissolved.keys()]);
  changed = removeDefinition(removeNodes(changed, place, gone), definition);
  return { workflow: changed, ids: new Map([...ids].filter(([, copy]) => !gone.has(copy))) };
}

function shiftOf(workflow: Workflow, place: Place, call: string, definition: string): [number, number] {
  const from = middle(workflow, definition, { has: () => true });
  const to = bodyAt(workflow, place).layout.positions.get(call);
  const [x, y] = isArray(from) ? from.map(Number) : [];
  if (x === undefined || y === undefined || !to) return [0, 0];
  return [Math.round(to[0] - x), Math.round(to[1] - y)];
}

/** Give the inputs that ports led to what the call got there. */
function withValues(
  workflow: Workflow,
  place: Place,
  inner: Body,
  ids: ReadonlyMap<string, string>,
  values: JsonObject,
): Workflow {
  const nodes = new Map(objectAt(workflow, place, ["nodes"]));
  for (const [name, port] of inner.interface.inputs) {
    const value = values.get(name);
    if (value === undefined) continue;
    for (const one of [port, ...port.also]) {
      const copy = ids.get(one.node);
      const node = copy === undefined ? undefined : nodes.get(copy);
      if (copy !== undefined && isObject(node)) {
        nodes.set(copy, setIn(node, ["inputs", one.input], value));
      }
    }
  }
  return put(workflow, place, ["nodes"], nodes);
}

/** Lead links and interface of the outer place from the call to the nodes that came out of it. */
function leadInside(
  workflow: Workflow,
  place: Place,
  call: string,
  inner: Body,
  ids: ReadonlyMap<string, string>,
): Workflow {
  const behind = (output: string) => {
    const one = inner.interface.outputs.get(output);
    const copy = one && ids.get(one.node);
    return one && copy !== undefined ? { node: copy, output: one.output } : null;
  };
  let changed = changeAllLinks(workflow, place, (source, output) => {
    if (source !== call) return null;
    const link = behind(output);
    return link ? [linkTo(link.node, link.output)] : [];
  });
  const face = bodyAt(workflow, place).interface;
  for (const [name, port] of face.inputs) {
    const places = [{ node: port.node, input: port.input }, ...port.also];
    if (!places.some((one) => one.node === call)) continue;
    const now = places.flatMap((one) => {
      if (one.node !== call) return [one];
      const target = inner.interface.inputs.get(one.input);
      return target ? [target, ...target.also].flatMap((to) => led(to, ids)) : [];
    });
    changed = leadPort(changed, place, name, now);
  }
  for (const [name, one] of face.outputs) {
    if (one.node !== call) continue;
    const link = behind(one.output);
    const path = ["interface", "outputs", name];
    if (!link) changed = dropOutputPort(changed, place, name);
    else
      changed = put(
        put(changed, place, [...path, "node"], link.node),
        place,
        [...path, "output"],
        link.output,
      );
  }
  return changed;
}

function led(
  to: { readonly node: string; readonly input: string },
  ids: ReadonlyMap<string, string>,
): { readonly node: string; readonly input: string }[] {
  const node = ids.get(to.node);
  return node === undefined ? [] : [{ node, input: to.input }];
}

/**
 * Waypoints that only let a port come to an item of a list, as `group` makes them, by the id of their copy, with
 * the name of their port. They are not needed where the value itself can stand in the list.
 */
function waypointsOf(
  workflow: Workflow,
  place: Place,
  definition: string,
  call: string,
  values: JsonObject,
  ids: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const inner = bodyAt(workflow, definition);
  const outer = bodyAt(workflow, place).interface;
  const found = new Map<string, string>();
  for (const [name, port] of inner.interface.inputs) {
    const node = inner.nodes.get(name);
    const copy = ids.get(name);
    const value = values.get(name);
    if (node?.type !== "flow/pass" || node.title !== "" || copy === undefined || copy === call) continue;
    if (port.node !== name || port.also.length > 0 || value === undefined || isArray(value)) continue;
    const shown =
      [...outer.outputs.values()].some((one) => one.node === copy) ||
      [...outer.inputs.values()].some((one) => [one, ...one.also].some((to) => to.node === copy));
    if (!shown) found.set(copy, name);
  }
  return found;
}

function dissolve(
  workflow: Workflow,
  place: Place,
  waypoints: ReadonlyMap<string, string>,
  values: JsonObject,
): Workflow {
  if (waypoints.size === 0) return workflow;
  return changeAllLinks(workflow, place, (source) => {
    const value = values.get(waypoints.get(source) ?? "");
    return value === undefined || !waypoints.has(source) ? null : [value];
  });
}
