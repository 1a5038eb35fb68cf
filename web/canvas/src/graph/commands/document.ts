/** What belongs to a document as a whole. */

import { textIn } from "../json.ts";
import type { Workflow } from "../workflow.ts";
import { put } from "./edit.ts";

/** Call a document something else. */
export function renameWorkflow(workflow: Workflow, name: string): Workflow {
  return textIn(workflow, ["name"]) === name ? workflow : put(workflow, null, ["name"], name);
}
