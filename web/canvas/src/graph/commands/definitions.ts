/** Definitions as wholes: naming, copying, forgetting. */

import { EMPTY_OBJECT, isObject, type JsonObject, removeIn, setIn } from "../json.ts";
import { bodyAt, placesOf, type Workflow } from "../workflow.ts";
import { freeText, isName, objectAt, put, renamedKey } from "./edit.ts";
import { usesOf, withBodiesRenamed } from "./uses.ts";

/** Add a definition under a name that is free. */
export function addDefinition(
  workflow: Workflow,
  name: string,
  definition: JsonObject = EMPTY_DEFINITION,
): { readonly workflow: Workflow; readonly name: string } {
  const free = freeText(name, objectAt(workflow, null, ["definitions"]));
  return { workflow: setIn(workflow, ["definitions", free], definition) as Workflow, name: free };
}

const EMPTY_DEFINITION: JsonObject = new Map([["nodes", EMPTY_OBJECT]]);

/** Give a definition another name; all that uses it follows. A name that is taken or none changes nothing. */
export function renameDefinition(workflow: Workflow, from: string, to: string): Workflow {
  const definitions = objectAt(workflow, null, ["definitions"]);
  if (!definitions.has(from) || definitions.has(to) || !isName(to)) return workflow;
  const renamed = put(workflow, null, ["definitions"], renamedKey(definitions, from, to));
  let changed = renamed;
  for (const place of placesOf(renamed)) {
    for (const [id, node] of bodyAt(renamed, place).nodes) {
      const inputs = withBodiesRenamed(node, (name) => (name === from ? to : name));
      if (inputs !== node.inputs) changed = put(changed, place, ["nodes", id, "inputs"], inputs);
    }
  }
  return changed;
}

/** Give a definition a title for people, other than its name; an empty one takes it away. */
export function retitleDefinition(workflow: Workflow, name: string, title: string): Workflow {
  return withText(workflow, name, "title", title);
}

/** Say what a definition does; an empty text takes it away. */
export function describeDefinition(workflow: Workflow, name: string, help: string): Workflow {
  return withText(workflow, name, "help", help);
}

function withText(workflow: Workflow, name: string, field: string, text: string): Workflow {
  const raw = objectAt(workflow, null, ["definitions"]).get(name);
  if (!isObject(raw) || (raw.get(field) ?? "") === text) return workflow;
  const path = ["definitions", name, field];
  return (text === "" ? removeIn(workflow, path) : setIn(workflow, path, text)) as Workflow;
}

/** Copy a definition under another name. */
export function duplicateDefinition(
  workflow: Workflow,
  name: string,
): { readonly workflow: Workflow; readonly name: string } {
  const raw = objectAt(workflow, null, ["definitions"]).get(name);
  return isObject(raw) ? addDefinition(workflow, name, raw) : { workflow, name };
}

/** Give a node that uses a definition a copy of its own, which changes without the others. */
export function makeOwn(
  workflow: Workflow,
  use: { readonly place: string | null; readonly node: string; readonly definition: string },
): { readonly workflow: Workflow; readonly name: string } {
  const copy = duplicateDefinition(workflow, use.definition);
  const node = bodyAt(workflow, use.place).nodes.get(use.node);
  if (copy.workflow === workflow || !node) return { workflow, name: use.definition };
  const inputs = withBodiesRenamed(node, (name) => (name === use.definition ? copy.name : name));
  return { workflow: put(copy.workflow, use.place, ["nodes", use.node, "inputs"], inputs), name: copy.name };
}

/** Delete a definition that nothing uses; one that is used stays. */
export function removeDefinition(workflow: Workflow, name: string): Workflow {
  if (usesOf(workflow, name).length > 0) return workflow;
  return removeIn(workflow, ["definitions", name]) as Workflow;
}
