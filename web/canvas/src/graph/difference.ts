/** What differs between two documents: what one must do to the first to get the second. */

import { getIn, isObject, type Json, type JsonObject, sameJson, writeJson } from "./json.ts";
import { definitionsOf, linkOf, type Place, pathOf, type Workflow } from "./workflow.ts";

export type DifferenceKind =
  | "name"
  | "description"
  | "node_added"
  | "node_removed"
  | "node_type"
  | "node_title"
  | "node_mode"
  | "node_other"
  | "input"
  | "interface"
  | "definition_added"
  | "definition_removed"
  | "layout"
  | "lock"
  | "other";

export interface Difference {
  readonly kind: DifferenceKind;
  readonly place: Place;
  readonly node: string;
  /** The input, the field or the definition that it is about. */
  readonly name: string;
  /** What was there and what is there, in short; empty where nothing was. */
  readonly before: string;
  readonly after: string;
}

const LONGEST = 80;

/** The differences, in the documents' order; none where they say the same. */
export function differences(before: Workflow, after: Workflow): readonly Difference[] {
  if (before === after) return [];
  const found: Difference[] = [];
  for (const kind of ["name", "description"] as const) {
    compare(found, before.get(kind), after.get(kind), { kind, name: kind });
  }
  ofBody(found, null, before, after);
  const [then, now] = [new Set(definitionsOf(before)), new Set(definitionsOf(after))];
  for (const name of then) if (!now.has(name)) found.push(one({ kind: "definition_removed", name }));
  for (const name of now) {
    if (!then.has(name)) found.push(one({ kind: "definition_added", name }));
    else ofBody(found, name, objectOf(before, pathOf(name)), objectOf(after, pathOf(name)));
  }
  compare(found, before.get("lock"), after.get("lock"), { kind: "lock", name: "lock" });
  others(found, before, after, DOCUMENT, { kind: "other" });
  return found;
}

const BODY = ["nodes", "interface", "layout"];
const DOCUMENT = new Set([...BODY, "name", "description", "definitions", "lock"]);
const NODE = new Set(["type", "version", "title", "mode", "inputs"]);

type About = Pick<Difference, "kind"> & Partial<Difference>;

function one(about: About): Difference {
  return { place: null, node: "", name: "", before: "", after: "", ...about };
}

function compare(found: Difference[], before: Json | undefined, after: Json | undefined, about: About): void {
  if (sameJson(before, after)) return;
  found.push(one({ ...about, before: inShort(before), after: inShort(after) }));
}

function others(
  found: Difference[],
  before: JsonObject,
  after: JsonObject,
  known: ReadonlySet<string>,
  about: About,
): void {
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (!known.has(name)) compare(found, before.get(name), after.get(name), { ...about, name });
  }
}

function ofBody(found: Difference[], place: Place, before: JsonObject, after: JsonObject): void {
  if (before === after) return;
  ofNodes(found, place, objectOf(before, ["nodes"]), objectOf(after, ["nodes"]));
  for (const side of ["inputs", "outputs"]) {
    const [then, now] = [before, after].map((body) => objectOf(body, ["interface", side])) as [
      JsonObject,
      JsonObject,
    ];
    others(found, then, now, NOTHING, { kind: "interface", place });
  }
  if (!sameJson(before.get("layout"), after.get("layout"))) found.push(one({ kind: "layout", place }));
}

const NOTHING: ReadonlySet<string> = new Set();

function ofNodes(found: Difference[], place: Place, before: JsonObject, after: JsonObject): void {
  if (before === after) return;
  for (const [node, was] of before) {
    const is = after.get(node);
    if (is === undefined) found.push(one({ kind: "node_removed", place, node, before: typeOf(was) }));
    else if (is !== was) ofNode(found, place, node, asObject(was), asObject(is));
  }
  for (const [node, is] of after) {
    if (!before.has(node)) found.push(one({ kind: "node_added", place, node, after: typeOf(is) }));
  }
}

function ofNode(
  found: Difference[],
  place: Place,
  node: string,
  before: JsonObject,
  after: JsonObject,
): void {
  const fields = [
    ["type", "node_type"],
    ["version", "node_type"],
    ["title", "node_title"],
    ["mode", "node_mode"],
  ] as const;
  for (const [name, kind] of fields) {
    compare(found, before.get(name), after.get(name), { kind, place, node, name });
  }
  const inputs = [before, after].map((one) => objectOf(one, ["inputs"])) as [JsonObject, JsonObject];
  others(found, ...inputs, NOTHING, { kind: "input", place, node });
  others(found, before, after, NODE, { kind: "node_other", place, node });
}

function objectOf(value: Json, path: readonly string[]): JsonObject {
  return asObject(getIn(value, path));
}

const EMPTY: JsonObject = new Map();

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : EMPTY;
}

function typeOf(node: Json): string {
  return inShort(asObject(node).get("type"));
}

/** A value in a few words: a text as it is, a link as its source, anything else as JSON. */
function inShort(value: Json | undefined): string {
  if (value === undefined) return "";
  const link = linkOf(value);
  const text = link
    ? `${link.node}.${link.output}`
    : typeof value === "string"
      ? `“${value}”`
      : writeJson(value).replaceAll(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
