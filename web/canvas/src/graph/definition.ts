/** What people read of a definition. */

import { textIn } from "./json.ts";
import type { Workflow } from "./workflow.ts";

/** What a definition is called: its title, or the name that it is used by. */
export function definitionTitle(workflow: Workflow, name: string): string {
  return textIn(workflow, ["definitions", name, "title"]) || name;
}

/** What a definition says that it does. */
export function definitionHelp(workflow: Workflow, name: string): string {
  return textIn(workflow, ["definitions", name, "help"]);
}
