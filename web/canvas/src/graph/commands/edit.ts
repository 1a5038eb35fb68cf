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
import { hasPlace, linkOf, type Place, pathOf, type Workflow } from "../workflow.ts";

export const NODE_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/;

const LONGEST_NAME = 200;

/** A document that a command made, with the ids that its nodes got. */
export interface WithIds {
  readonly workflow: Workflow;
  /** The new id of each node by the id that it was made from. */
  readonly ids: ReadonlyMap<string, string>;
}

/** The document with another value at a path of a place; itself where there is no such place. */
export function put(workflow: Workflow, place: Place, path: readonly string[], value: Json): Workflow {
  if (!hasPlace(workflow, place)) return workflow;
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

/** Put an object at a path, or nothing where it is empty and was not there before. */
export function putObject(
  workflow: Workflow,
  place: Place,
  path: readonly string[],
  value: JsonObject,
): Workflow {
  const before = rawAt(workflow, place, path);
  if (value === before || (value.size === 0 && before === undefined)) return workflow;
  return put(workflow, place, path, value);
}

/** Whether a node of a place can be changed. */
export function hasNode(workflow: Workflow, place: Place, id: string): boolean {
  return isObject(rawAt(workflow, place, ["nodes", id]));
}

/** An id of a node that none of `taken` has: the wanted one, or with a number behind it. */
export function freeName(wanted: string, taken: { has(name: string): boolean }): string {
  const base =
    wanted
      .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
      .replace(/^-+/, "")
      .slice(0, 90) || "node";
  if (!taken.has(base)) return base;
  const stem = base.replace(/_\d+$/, "") || "node";
  for (let number = 2; ; number++) {
    const name = `${stem}_${number}`;
    if (!taken.has(name)) return name;
  }
}

/** A name of a definition or a port, in any letters, that none of `taken` has. */
export function freeText(
  wanted: string,
  taken: { has(name: string): boolean },
  between = " ",
  otherwise = "part",
): string {
  const base = wanted.trim().slice(0, LONGEST_NAME - 10) || otherwise;
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) {
    const name = `${base}${between}${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Whether a text can be the name of a definition, an interface input or an interface output. */
export function isName(text: string): boolean {
  return text.trim() !== "" && text.length <= LONGEST_NAME;
}

/** The object with one name in place of another, where it stood. */
export function renamedKey(object: JsonObject, from: string, to: string): JsonObject {
  if (from === to || !object.has(from)) return object;
  return new Map(
    [...object].flatMap(([name, value]) =>
      name === to ? [] : [[name === from ? to : name, value] as const],
    ),
  );
}

/** What becomes of a link: the values in its place, none to take it away, or null to leave it. */
export type LinkChange = (
  source: string,
  output: string,
  target: string,
  input: string,
) => readonly Json[] | null;

/** An input's value after a change of its links; undefined where nothing is left of it. */
function changeLinks(
  value: Json,
  change: (node: string, output: string) => readonly Json[] | null,
): Json | undefined {
  const link = linkOf(value);
  if (link) {
    const changed = change(link.node, link.output);
    return changed ? changed[0] : value;
  }
  if (!isArray(value)) return value;
  let differs = false;
  const items = value.flatMap((item) => {
    const inner = linkOf(item);
    const changed = inner ? change(inner.node, inner.output) : null;
    if (!changed) return [item];
    differs = true;
    return changed;
  });
  if (!differs) return value;
  return items.length > 0 ? items : undefined;
}

/** An object of nodes in which every link is what `change` makes of it; the same object if nothing is. */
export function changeLinksOf(nodes: JsonObject, change: LinkChange): JsonObject {
  let changed: Map<string, Json> | null = null;
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
    if (differs) changed = (changed ?? new Map(nodes)).set(id, new Map(node).set("inputs", after));
  }
  return changed ?? nodes;
}

/** The document in which every link of a place is what `change` makes of it. */
export function changeAllLinks(workflow: Workflow, place: Place, change: LinkChange): Workflow {
  const nodes = objectAt(workflow, place, ["nodes"]);
  const changed = changeLinksOf(nodes, change);
  return changed === nodes ? workflow : put(workflow, place, ["nodes"], changed);
}
