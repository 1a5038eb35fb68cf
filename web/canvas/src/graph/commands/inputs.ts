/** Setting inputs to literals. */

import type { Json } from "../json.ts";
import type { Place, Workflow } from "../workflow.ts";
import { drop, objectAt, put } from "./edit.ts";

/** Set an input to a literal. */
export function setInput(
  workflow: Workflow,
  place: Place,
  node: string,
  input: string,
  value: Json,
): Workflow {
  return put(workflow, place, ["nodes", node, "inputs", input], value);
}

/** Leave an input out, so that it has its default again. */
export function clearInput(workflow: Workflow, place: Place, node: string, input: string): Workflow {
  return drop(workflow, place, ["nodes", node, "inputs", input]);
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
  const nodes = objectAt(workflow, place, ["nodes"]);
  return places
    .filter((one) => nodes.has(one.node))
    .reduce((changed, one) => setInput(changed, place, one.node, one.input, value), workflow);
}

/** Leave an input of the interface out everywhere. */
export function clearPlaces(workflow: Workflow, place: Place, places: readonly InputPlace[]): Workflow {
  return places.reduce((changed, one) => clearInput(changed, place, one.node, one.input), workflow);
}
