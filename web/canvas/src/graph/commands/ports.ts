/** Ports of definitions that get another name or go, and all that uses them, in every place. */

import { bodiesOf } from "../face.ts";
import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import { bodyAt, linkTo, type Place, type Workflow } from "../workflow.ts";
import { changeAllLinks, drop, objectAt, put, rawAt, renamedKey } from "./edit.ts";
import { type Use, usesOf } from "./uses.ts";

/** Own inputs of nodes of structure, which no port of a definition can be called. */
export const OWN_INPUTS: ReadonlySet<string> = new Set([
  "body",
  "each",
  "how",
  "carry",
  "times",
  "until",
  "condition",
  "then",
  "otherwise",
  "choice",
  "cases",
  "default",
]);

/** Give an input of the interface another name. The name must be free. */
export function renamePort(workflow: Workflow, place: Place, from: string, to: string): Workflow {
  const ports = objectAt(workflow, place, ["interface", "inputs"]);
  if (from === to || !ports.has(from) || ports.has(to)) return workflow;
  const renamed = put(workflow, place, ["interface", "inputs"], renamedKey(ports, from, to));
  return place === null ? renamed : follow(renamed, place, (now, use) => followPort(now, use, from, to));
}

/** Take an input out of the interface, with what leads to it from outside. */
export function dropPort(workflow: Workflow, place: Place, name: string): Workflow {
  const dropped = drop(workflow, place, ["interface", "inputs", name]);
  if (place === null || dropped === workflow) return dropped;
  return follow(dropped, place, (now, use) => followPort(now, use, name, null));
}

/** Give an output of the interface another name. The name must be free. */
export function renameOutputPort(workflow: Workflow, place: Place, from: string, to: string): Workflow {
  const outputs = objectAt(workflow, place, ["interface", "outputs"]);
  if (from === to || !outputs.has(from) || outputs.has(to)) return workflow;
  const renamed = put(workflow, place, ["interface", "outputs"], renamedKey(outputs, from, to));
  return place === null ? renamed : follow(renamed, place, (now, use) => followOutput(now, use, from, to));
}

/** Take an output out of the interface, with what leads away from it outside. */
export function dropOutputPort(workflow: Workflow, place: Place, name: string): Workflow {
  const dropped = drop(workflow, place, ["interface", "outputs", name]);
  if (place === null || dropped === workflow) return dropped;
  return follow(dropped, place, (now, use) => followOutput(now, use, name, null));
}

function follow(
  workflow: Workflow,
  definition: string,
  change: (workflow: Workflow, use: Use) => Workflow,
): Workflow {
  return usesOf(workflow, definition).reduce(change, workflow);
}

/** Whether a body of a node has a port or an output of the name: another branch may have it too. */
function stillHas(workflow: Workflow, use: Use, part: "inputs" | "outputs", name: string): boolean {
  const node = bodyAt(workflow, use.place).nodes.get(use.node);
  return (
    node !== undefined &&
    bodiesOf(node).some((body) => bodyAt(workflow, body.definition).interface[part].has(name))
  );
}

function followPort(workflow: Workflow, use: Use, from: string, to: string | null): Workflow {
  const inputs = objectAt(workflow, use.place, ["nodes", use.node, "inputs"]);
  const shared = stillHas(workflow, use, "inputs", from);
  if (to === null && shared) return workflow;
  const now = withNames(withInput(inputs, from, to, shared), ["each", "carry"], from, to);
  const changed = put(workflow, use.place, ["nodes", use.node, "inputs"], now);
  return followPlaces(changed, use, from, to, shared);
}

function withInput(inputs: JsonObject, from: string, to: string | null, shared: boolean): JsonObject {
  const value = inputs.get(from);
  if (value === undefined) return inputs;
  if (to === null) return without(inputs, from);
  if (shared) return inputs.has(to) ? inputs : new Map(inputs).set(to, value);
  return inputs.has(to) ? without(inputs, from) : renamedKey(inputs, from, to);
}

function without(object: JsonObject, name: string): JsonObject {
  return new Map([...object].filter(([one]) => one !== name));
}

/** Lists of names of ports, and texts that are one, in which a name is another. */
function withNames(
  inputs: JsonObject,
  fields: readonly string[],
  from: string,
  to: string | null,
): JsonObject {
  let now = inputs;
  for (const field of fields) {
    const names = now.get(field);
    if (isArray(names) && names.includes(from)) {
      const left = names.flatMap((one): Json[] => (one !== from ? [one] : to === null ? [] : [to]));
      now = new Map(now).set(field, left);
    } else if (names === from) {
      now = to === null ? without(now, field) : new Map(now).set(field, to);
    }
  }
  return now;
}

/** Interface inputs around a use that lead to its port, when the port has another name or is gone. */
function followPlaces(
  workflow: Workflow,
  use: Use,
  from: string,
  to: string | null,
  shared: boolean,
): Workflow {
  const leads = (node: string, input: string) => node === use.node && input === from;
  let changed = workflow;
  for (const [name, port] of bodyAt(workflow, use.place).interface.inputs) {
    const places = [{ node: port.node, input: port.input }, ...port.also];
    if (!places.some((one) => leads(one.node, one.input))) continue;
    const now = places.flatMap((one) => {
      if (!leads(one.node, one.input)) return [one];
      if (to === null) return [];
      return shared ? [one, { node: one.node, input: to }] : [{ node: one.node, input: to }];
    });
    changed = leadPort(changed, use.place, name, now);
  }
  return changed;
}

/** Lead an interface input to other inputs of nodes; it goes where it leads to none. */
export function leadPort(
  workflow: Workflow,
  place: Place,
  name: string,
  to: readonly { readonly node: string; readonly input: string }[],
): Workflow {
  const path = ["interface", "inputs", name];
  const raw = rawAt(workflow, place, path);
  const places = to.filter(
    (one, index) => index === to.findIndex((other) => other.node === one.node && other.input === one.input),
  );
  const [first, ...others] = places;
  if (!first || !isObject(raw)) return first ? workflow : dropPort(workflow, place, name);
  const now = new Map(raw).set("node", first.node).set("input", first.input);
  if (others.length === 0) now.delete("also");
  else
    now.set(
      "also",
      others.map((one) => keptPlace(raw, one)),
    );
  return put(workflow, place, path, now);
}

/** A place of `also` with the fields that it had. */
function keptPlace(port: JsonObject, place: { readonly node: string; readonly input: string }): JsonObject {
  const also = port.get("also");
  const before = (isArray(also) ? also : []).find(
    (one) => isObject(one) && one.get("node") === place.node && one.get("input") === place.input,
  );
  if (isObject(before)) return before;
  return new Map([
    ["node", place.node],
    ["input", place.input],
  ]);
}

function followOutput(workflow: Workflow, use: Use, from: string, to: string | null): Workflow {
  // A branch gives what all its bodies give: the links wait until the others are renamed too.
  if (to !== null && stillHas(workflow, use, "outputs", from)) return workflow;
  const inputs = objectAt(workflow, use.place, ["nodes", use.node, "inputs"]);
  const fields = to === null ? ["until", "carry"] : ["until"];
  const now = withNames(inputs, fields, from, to);
  const named = now === inputs ? workflow : put(workflow, use.place, ["nodes", use.node, "inputs"], now);
  const linked = changeAllLinks(named, use.place, (source, output) => {
    if (source !== use.node || output !== from) return null;
    return to === null ? [] : [linkTo(source, to)];
  });
  let changed = linked;
  for (const [name, one] of bodyAt(linked, use.place).interface.outputs) {
    if (one.node !== use.node || one.output !== from) continue;
    changed =
      to === null
        ? dropOutputPort(changed, use.place, name)
        : put(changed, use.place, ["interface", "outputs", name, "output"], to);
  }
  return changed;
}
