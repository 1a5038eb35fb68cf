/** What people read of a definition. */

import { textIn } from "./json.ts";
import type { Workflow, WorkflowNode } from "./workflow.ts";

/** What a definition is called: its title, or the name that it is used by. */
export function definitionTitle(workflow: Workflow, name: string): string {
  return textIn(workflow, ["definitions", name, "title"]) || name;
}

/** What a definition says that it does. */
export function definitionHelp(workflow: Workflow, name: string): string {
  return textIn(workflow, ["definitions", name, "help"]);
}

/** What people read of a node that calls a definition is what they read of the definition, where it says that. */
export function callWords(workflow: Workflow, node: WorkflowNode): { title?: string; help?: string } {
  const name = node.type === "flow/call" ? node.inputs.get("body") : undefined;
  if (typeof name !== "string") return {};
  const [title, help] = [textIn(workflow, ["definitions", name, "title"]), definitionHelp(workflow, name)];
  return { ...(title ? { title } : {}), ...(help ? { help } : {}) };
}
