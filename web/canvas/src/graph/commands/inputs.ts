/** Setting inputs to literals. */

import type { Json } from "../json.ts";
import type { Place, Workflow } from "../workflow.ts";
import { drop, put } from "./edit.ts";

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
