/** What a document, or a definition, takes and gives: promoting, naming, ordering. */

import { isObject, type Json, type JsonObject } from "../json.ts";
import { bodyAt, type Interface, type Place, type Workflow } from "../workflow.ts";
import { drop, freeText, hasNode, isName, objectAt, put, rawAt } from "./edit.ts";
import { dropOutputPort, dropPort, leadPort, OWN_INPUTS, renameOutputPort, renamePort } from "./ports.ts";

/** Which half of an interface is meant. */
export type Side = "inputs" | "outputs";

/** The name under which an input is in the interface, or null. */
export function promotedAs(face: Interface, node: string, input: string): string | null {
  for (const [name, port] of face.inputs) {
    if (port.node === node && port.input === input) return name;
    if (port.also.some((one) => one.node === node && one.input === input)) return name;
  }
  return null;
}

/**
 * Put an input of a node into the interface. Under a name that is there the one value goes to both; without a
 * name it gets a free one, made from the input's.
 */
export function promoteInput(
  workflow: Workflow,
  place: Place,
  node: string,
  input: string,
  name?: string,
): Workflow {
  const { interface: face } = bodyAt(workflow, place);
  if (!hasNode(workflow, place, node) || promotedAs(face, node, input) !== null) return workflow;
  const port = name === undefined ? undefined : face.inputs.get(name);
  if (name !== undefined && port) {
    const places = [{ node: port.node, input: port.input }, ...port.also, { node, input }];
    return leadPort(workflow, place, name, places);
  }
  if (name !== undefined && !canName(workflow, place, "inputs", name)) return workflow;
  const free = name ?? freeText(input, takenNames(workflow, place, "inputs"), "_");
  return put(workflow, place, ["interface", "inputs", free], entry(node, "input", input));
}

/** Put an output of a node into the interface. */
export function promoteOutput(
  workflow: Workflow,
  place: Place,
  node: string,
  output: string,
  name?: string,
): Workflow {
  const outputs = [...bodyAt(workflow, place).interface.outputs.values()];
  const there = outputs.some((one) => one.node === node && one.output === output);
  if (!hasNode(workflow, place, node) || there) return workflow;
  if (name !== undefined && !canName(workflow, place, "outputs", name)) return workflow;
  const free = name ?? freeText(output, takenNames(workflow, place, "outputs"), "_");
  return put(workflow, place, ["interface", "outputs", free], entry(node, "output", output));
}

function entry(node: string, side: string, name: string): JsonObject {
  return new Map<string, Json>([
    ["node", node],
    [side, name],
  ]);
}

/** Names that a new port can not have: those that are there, and own inputs of what will use a definition. */
function takenNames(workflow: Workflow, place: Place, side: Side): ReadonlySet<string> {
  const names = new Set(objectAt(workflow, place, ["interface", side]).keys());
  if (place !== null && side === "inputs") for (const name of OWN_INPUTS) names.add(name);
  return names;
}

/** Whether a port can be given a name: a text, not taken, and for an output without a full stop. */
export function canName(workflow: Workflow, place: Place, side: Side, name: string): boolean {
  const dotted = side === "outputs" && place !== null && name.includes("."); // links are "node.output"
  return isName(name) && !dotted && !takenNames(workflow, place, side).has(name);
}

/** Take an input of a node out of the interface; others that the same name leads to stay. */
export function demoteInput(workflow: Workflow, place: Place, node: string, input: string): Workflow {
  const face = bodyAt(workflow, place).interface;
  const name = promotedAs(face, node, input);
  const port = name === null ? undefined : face.inputs.get(name);
  if (name === null || !port) return workflow;
  const places = [{ node: port.node, input: port.input }, ...port.also];
  const left = places.filter((one) => one.node !== node || one.input !== input);
  return leadPort(workflow, place, name, left);
}

/** Take an output of a node out of the interface. */
export function demoteOutput(workflow: Workflow, place: Place, node: string, output: string): Workflow {
  let changed = workflow;
  for (const [name, one] of bodyAt(workflow, place).interface.outputs) {
    if (one.node === node && one.output === output) changed = dropOutputPort(changed, place, name);
  }
  return changed;
}

/** Take a name out of the interface, with all that it leads to. */
export function removeName(workflow: Workflow, place: Place, side: Side, name: string): Workflow {
  return side === "inputs" ? dropPort(workflow, place, name) : dropOutputPort(workflow, place, name);
}

/** Give an input or output of the interface another name; all that uses it follows. */
export function renameName(workflow: Workflow, place: Place, side: Side, from: string, to: string): Workflow {
  if (from === to || !canName(workflow, place, side, to)) return workflow;
  return side === "inputs"
    ? renamePort(workflow, place, from, to)
    : renameOutputPort(workflow, place, from, to);
}

/** Move a name of the interface to another place in the order in which people see them. */
export function moveName(workflow: Workflow, place: Place, side: Side, name: string, to: number): Workflow {
  const before = [...objectAt(workflow, place, ["interface", side])];
  const from = before.findIndex(([one]) => one === name);
  const moved = before[from];
  if (!moved || to < 0 || to >= before.length || to === from) return workflow;
  const now = before.toSpliced(from, 1).toSpliced(to, 0, moved);
  return put(workflow, place, ["interface", side], new Map(now));
}

/** Set what people read of a name of the interface; an empty text takes it away. */
export function setWords(
  workflow: Workflow,
  place: Place,
  side: Side,
  name: string,
  words: { readonly title?: string; readonly help?: string },
): Workflow {
  let changed = workflow;
  const path = ["interface", side, name];
  if (!isObject(rawAt(workflow, place, path))) return workflow;
  for (const [field, text] of Object.entries(words)) {
    if ((rawAt(changed, place, [...path, field]) ?? "") === text) continue;
    changed =
      text === "" ? drop(changed, place, [...path, field]) : put(changed, place, [...path, field], text);
  }
  return changed;
}
