/** What commands share. A command is a pure function of a document, the place in it, and what is to be done. */

import {
  EMPTY_OBJECT,
  getIn,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  removeIn,
  setIn,
} from "../json.ts";
import { linkOf, type Place, pathOf, type Workflow } from "../workflow.ts";

export const NODE_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/;

export function put(workflow: Workflow, place: Place, path: readonly string[], value: Json): Workflow {
  return setIn(workflow, [...pathOf(place), ...path], value) as Workflow;
}

export function drop(workflow: Workflow, place: Place, path: readonly string[]): Workflow {
  return removeIn(workflow, [...pathOf(place), ...path]) as Workflow;
}

export function rawAt(workflow: Workflow, place: Place, path: readonly string[]): Json | undefined {
  return getIn(workflow, [...pathOf(place), ...path]);
}

export function objectAt(workflow: Workflow, place: Place, path: readonly string[]): JsonObject {
  const found = rawAt(workflow, place, path);
  return isObject(found) ? found : EMPTY_OBJECT;
}

/** A name that none of `taken` has: the wanted one, or with a number behind it. */
export function freeName(wanted: string, taken: { has(name: string): boolean }): string {
  const base =
    wanted
      .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
      .replace(/^-+/, "")
      .slice(0, 90) || "node";
  if (!taken.has(base)) return base;
  const stem = base.replace(/_\d+$/, "");
  for (let number = 2; ; number++) {
    const name = `${stem}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** An input's value in which each link is what `change` makes of it; null takes a link away. */
export function changeLinks(
  value: Json,
  change: (node: string, output: string) => Json | null,
): Json | undefined {
  const link = linkOf(value);
  if (link) return change(link.node, link.output) ?? undefined;
  if (!isArray(value) || !value.some((one) => linkOf(one))) return value;
  const items = value.flatMap((item) => {
    const inner = linkOf(item);
    if (!inner) return [item];
    const changed = change(inner.node, inner.output);
    return changed === null ? [] : [changed];
  });
  if (items.length === value.length && items.every((item, index) => item === value[index])) return value;
  return items.length > 0 ? items : undefined;
}

/** The nodes of a place in which every link is what `change` makes of it. */
export function changeAllLinks(
  workflow: Workflow,
  place: Place,
  change: (node: string, output: string, target: string, input: string) => Json | null,
): Workflow {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const changed = new Map(nodes);
  let any = false;
  for (const [id, node] of nodes) {
    const inputs = isObject(node) ? node.get("inputs") : undefined;
    if (!isObject(node) || !isObject(inputs)) continue;
    const after = new Map<string, Json>();
    let differs = false;
    for (const [name, value] of inputs) {
      const now = changeLinks(value, (source, output) => change(source, output, id, name));
      if (now !== value) differs = true;
      if (now !== undefined) after.set(name, now);
    }
    if (differs) {
      changed.set(id, new Map(node).set("inputs", after));
      any = true;
    }
  }
  return any ? put(workflow, place, ["nodes"], changed) : workflow;
}
