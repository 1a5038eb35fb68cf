/** Copying parts of documents as text, and pasting them into any place of any document. */

import { addAnnotations, idOf } from "./commands/annotations.ts";
import { addCopies, piecesAt } from "./commands/copies.ts";
import { addDefinition } from "./commands/definitions.ts";
import { objectAt } from "./commands/edit.ts";
import { layoutOf } from "./commands/group.ts";
import { canUse, reachedFrom, usedAt, withBodiesRenamed } from "./commands/uses.ts";
import { bodiesOf } from "./face.ts";
import { isArray, isObject, type Json, type JsonObject, parseJson, sameJson, writeJson } from "./json.ts";
import { type Body, bodyAt, definitionsOf, edgesInto, type Place, type Workflow } from "./workflow.ts";

const FORMAT = "latentgraph-clipboard";
const LONGEST = 16 * 1024 * 1024;

export interface Pasted {
  readonly workflow: Workflow;
  /** The new id of each node by the id that it was copied under. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Why a text can not be pasted: it holds no nodes, or they would put a definition inside itself. */
export type PasteRefusal = "no_nodes" | "circle";

export interface PasteOptions {
  /** Where the middle of what is pasted comes to stand; beside where it was copied if left out. */
  readonly at?: readonly [number, number];
  /** Whether links from nodes that were not copied stay, where such a node of the same kind is in this place. */
  readonly withLinks?: boolean;
}

/** Nodes of a place as text, with the frames and notes among `annotations`, and the definitions that they use. */
export function copyText(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  annotations: ReadonlySet<string> = new Set(),
): string {
  const pieces = piecesAt(workflow, place, ids);
  const copied = new Map<string, Json>([
    [FORMAT, 1],
    ["nodes", pieces.nodes],
  ]);
  const body = bodyAt(workflow, place);
  const used = [...body.nodes].flatMap(([id, node]) =>
    ids.has(id) ? bodiesOf(node).map((one) => one.definition) : [],
  );
  const reached = reachedFrom(workflow, used);
  const definitions = [...objectAt(workflow, null, ["definitions"])].filter(([name]) => reached.has(name));
  if (definitions.length > 0) copied.set("definitions", new Map(definitions));
  const around = neighbours(body, ids);
  if (around.size > 0) copied.set("around", around);
  const layout = new Map(layoutOf(pieces.layout, ids));
  for (const kind of ["frames", "notes"]) {
    const list = pieces.layout.get(kind);
    const chosen = isArray(list) ? list.filter((raw, index) => annotations.has(idOf(raw, index))) : [];
    if (chosen.length > 0) layout.set(kind, chosen);
  }
  if (layout.size > 0) copied.set("layout", layout);
  return writeJson(copied);
}

/** What nodes that were not copied, but that copied ones are linked to, are: by id their type and bodies. */
function neighbours(body: Body, ids: ReadonlySet<string>): JsonObject {
  const around = new Map<string, Json>();
  for (const [id, node] of body.nodes) {
    for (const { source } of ids.has(id) ? edgesInto(id, node) : []) {
      if (!ids.has(source) && body.nodes.has(source)) around.set(source, kindOf(body, source));
    }
  }
  return around;
}

function kindOf(body: Body, id: string): Json {
  const node = body.nodes.get(id);
  return node ? [node.type, ...bodiesOf(node).map((one) => one.definition)] : [];
}

/** Whether a text can be pasted: parts that were copied, or a whole workflow. */
export function canPaste(text: string): boolean {
  return clipOf(text) !== null;
}

/** Paste what was copied, or all nodes of a workflow as text, into a place. */
export function pasteText(
  workflow: Workflow,
  place: Place,
  text: string,
  options: PasteOptions = {},
): Pasted | { readonly refused: PasteRefusal } {
  const clip = clipOf(text);
  if (!clip) return { refused: "no_nodes" };
  const merged = mergeDefinitions(workflow, clip);
  const nodes = renameBodies(objectAt(clip, null, ["nodes"]), bodyAt(clip, null), merged.names);
  const into = merged.workflow;
  const used = [...usedAt(clip, null)].map((name) => merged.names.get(name) ?? name);
  if (used.some((name) => !canUse(into, place, name))) return { refused: "circle" };
  const layout = objectAt(clip, null, ["layout"]);
  const shift = shiftOf(clip, options.at);
  const around = objectAt(clip, null, ["around"]);
  const there = bodyAt(workflow, place);
  const keep = (id: string) =>
    options.withLinks === true && there.nodes.has(id) && sameJson(around.get(id), kindOf(there, id));
  const copied = addCopies(into, place, { nodes, layout }, { shift, keep });
  return { workflow: addAnnotations(copied.workflow, place, layout, shift), ids: copied.ids };
}

/** What a text holds, in the form of a document; null where it holds nothing to paste. */
function clipOf(text: string): JsonObject | null {
  if (text.length > LONGEST || !text.trimStart().startsWith("{")) return null;
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !(value.has(FORMAT) || value.has("latentgraph"))) return null;
  const nodes = [...objectAt(value, null, ["nodes"])].filter(
    ([, node]) => isObject(node) && typeof node.get("type") === "string",
  );
  const { frames, notes } = bodyAt(value, null).layout;
  if (nodes.length + frames.length + notes.length === 0) return null;
  return new Map(value).set("nodes", new Map(nodes));
}

function shiftOf(clip: JsonObject, at: readonly [number, number] | undefined): readonly [number, number] {
  if (!at) return [32, 32];
  const { positions, frames, notes } = bodyAt(clip, null).layout;
  const corners = [
    ...positions.values(),
    ...[...frames, ...notes].flatMap(({ box }): (readonly [number, number])[] => [
      [box.x, box.y],
      [box.x + box.width, box.y + box.height],
    ]),
  ];
  if (corners.length === 0) return [0, 0];
  const half = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  return [
    Math.round(at[0] - half(corners.map(([x]) => x))),
    Math.round(at[1] - half(corners.map(([, y]) => y))),
  ];
}

interface Merged {
  readonly workflow: Workflow;
  /** The name that each definition has here, where it is another. */
  readonly names: ReadonlyMap<string, string>;
}

/** Bring the definitions of a clip into a document: those that are there already with equal content are used. */
function mergeDefinitions(workflow: Workflow, clip: JsonObject): Merged {
  const names = new Map<string, string>();
  let changed = workflow;
  for (const name of innermostFirst(clip)) {
    const raw = objectAt(clip, null, ["definitions"]).get(name);
    if (!isObject(raw)) continue;
    const nodes = renameBodies(objectAt(clip, name, ["nodes"]), bodyAt(clip, name), names);
    const definition = new Map(raw).set("nodes", nodes);
    const known = equalDefinition(workflow, name, definition);
    const added = known === null ? addDefinition(changed, name, definition) : null;
    changed = added?.workflow ?? changed;
    const here = added?.name ?? known ?? name;
    if (here !== name) names.set(name, here);
  }
  return { workflow: changed, names };
}

/** The definitions that a clip uses, each after those that it uses itself. */
function innermostFirst(clip: JsonObject): string[] {
  const order: string[] = [];
  const there = new Set(definitionsOf(clip));
  const met = new Set<string>();
  const visit = (name: string): void => {
    if (met.has(name) || !there.has(name)) return;
    met.add(name);
    usedAt(clip, name).forEach(visit);
    order.push(name);
  };
  usedAt(clip, null).forEach(visit);
  return order;
}

/** The definition that was here before with equal content: of the name, or one that got a number behind it. */
function equalDefinition(workflow: Workflow, name: string, definition: JsonObject): string | null {
  const definitions = objectAt(workflow, null, ["definitions"]);
  if (!definitions.has(name)) return null;
  const text = writeJson(definition);
  const same = (one: Json | undefined) => isObject(one) && writeJson(one) === text;
  if (same(definitions.get(name))) return name;
  for (const [other, raw] of definitions) if (other.startsWith(`${name} `) && same(raw)) return other;
  return null;
}

function renameBodies(nodes: JsonObject, body: Body, names: ReadonlyMap<string, string>): JsonObject {
  const changed = new Map(nodes);
  for (const [id, node] of body.nodes) {
    const raw = nodes.get(id);
    const renamed = bodiesOf(node).filter((one) => names.has(one.definition));
    if (renamed.length === 0 || !isObject(raw)) continue;
    const inputs = withBodiesRenamed(node, (name) => names.get(name) ?? name);
    changed.set(id, new Map(raw).set("inputs", inputs));
  }
  return changed;
}
