/** Setting inputs to literals. */

import { isArray, type Json, sameJson } from "../json.ts";
import type { Place, Workflow } from "../workflow.ts";
import { drop, hasNode, put, rawAt } from "./edit.ts";

/** Set an input to a literal. */
export function setInput(
  workflow: Workflow,
  place: Place,
  node: string,
  input: string,
  value: Json,
): Workflow {
  const path = ["nodes", node, "inputs", input];
  if (!hasNode(workflow, place, node) || sameJson(rawAt(workflow, place, path), value)) return workflow;
  return put(workflow, place, path, value);
}

/** Leave an input out, so that it has its default again. */
export function clearInput(workflow: Workflow, place: Place, node: string, input: string): Workflow {
  return drop(workflow, place, ["nodes", node, "inputs", input]);
}

/** Set several inputs at once. */
function setInputs(
  workflow: Workflow,
  place: Place,
  values: Iterable<{ readonly node: string; readonly input: string; readonly value: Json }>,
): Workflow {
  let changed = workflow;
  for (const { node, input, value } of values) changed = setInput(changed, place, node, input, value);
  return changed;
}

/** Set an item of a list; at its end it is one more. */
export function setItem(
  workflow: Workflow,
  place: Place,
  target: { readonly node: string; readonly input: string },
  index: number,
  value: Json,
): Workflow {
  const path = ["nodes", target.node, "inputs", target.input];
  const before = rawAt(workflow, place, path);
  const items = isArray(before) ? before : [];
  if (index < 0 || index > items.length || !hasNode(workflow, place, target.node)) return workflow;
  if (sameJson(items[index], value)) return workflow;
  return put(workflow, place, path, items.toSpliced(index, 1, value));
}

/** Take an item out of a list; the input has its default again after the last. */
export function removeItem(
  workflow: Workflow,
  place: Place,
  target: { readonly node: string; readonly input: string },
  index: number,
): Workflow {
  const path = ["nodes", target.node, "inputs", target.input];
  const items = rawAt(workflow, place, path);
  if (!isArray(items) || index < 0 || index >= items.length) return workflow;
  const left = items.toSpliced(index, 1);
  return left.length > 0 ? put(workflow, place, path, left) : drop(workflow, place, path);
}

/** Make a list of a single value, so that more can stand beside it. */
export function toList(
  workflow: Workflow,
  place: Place,
  target: { readonly node: string; readonly input: string },
): Workflow {
  const path = ["nodes", target.node, "inputs", target.input];
  const value = rawAt(workflow, place, path);
  return value === undefined || isArray(value) ? workflow : put(workflow, place, path, [value]);
}

interface InputPlace {
  readonly node: string;
  readonly input: string;
}

/** Set an input of the interface: the same value everywhere that it goes to, where there is a node. */
export function setPlaces(
  workflow: Workflow,
  place: Place,
  places: readonly InputPlace[],
  value: Json,
): Workflow {
  return setInputs(
    workflow,
    place,
    places.map(({ node, input }) => ({ node, input, value })),
  );
}

/** Leave an input of the interface out everywhere. */
export function clearPlaces(workflow: Workflow, place: Place, places: readonly InputPlace[]): Workflow {
  return places.reduce((changed, one) => clearInput(changed, place, one.node, one.input), workflow);
}
