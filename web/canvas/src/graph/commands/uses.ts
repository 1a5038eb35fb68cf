/** Which nodes use which definitions, in all places of a document. */

import { bodiesOf } from "../face.ts";
import { isObject, type JsonObject } from "../json.ts";
import {
  bodyAt,
  definitionsOf,
  type Place,
  placesOf,
  type Workflow,
  type WorkflowNode,
} from "../workflow.ts";

/** A node that takes a definition as a body. */
export interface Use {
  readonly place: Place;
  readonly node: string;
}

/** Every node that uses a definition. */
export function usesOf(workflow: Workflow, definition: string): Use[] {
  return placesOf(workflow).flatMap((place) =>
    [...bodyAt(workflow, place).nodes].flatMap(([node, one]) =>
      bodiesOf(one).some((body) => body.definition === definition) ? [{ place, node }] : [],
    ),
  );
}

/** The definitions that the nodes of a place use, each once. */
export function usedAt(workflow: Workflow, place: Place): ReadonlySet<string> {
  const nodes = [...bodyAt(workflow, place).nodes.values()];
  return new Set(nodes.flatMap((node) => bodiesOf(node).map((body) => body.definition)));
}

/** The definitions that these use, directly or through others, with themselves. */
export function reachedFrom(workflow: Workflow, definitions: Iterable<string>): ReadonlySet<string> {
  const there = new Set(definitionsOf(workflow));
  const found = new Set<string>();
  const waiting = [...definitions];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name) || !there.has(name)) continue;
    found.add(name);
    waiting.push(...usedAt(workflow, name));
  }
  return found;
}

/** Whether a node at a place may use a definition: none may contain itself, directly or through others. */
export function canUse(workflow: Workflow, place: Place, definition: string): boolean {
  return place === null || !reachedFrom(workflow, [definition]).has(place);
}

/** The inputs of a node in which every definition has the name that `rename` gives it. */
export function withBodiesRenamed(node: WorkflowNode, rename: (name: string) => string): JsonObject {
  let now = node.inputs;
  for (const { input, definition } of bodiesOf(node)) {
    const name = rename(definition);
    if (name === definition) continue;
    const cases = now.get("cases");
    now =
      input.startsWith("cases.") && isObject(cases)
        ? new Map(now).set("cases", new Map(cases).set(input.slice("cases.".length), name))
        : new Map(now).set(input, name);
  }
  return now;
}
