/** The workflow document, read: views of its parts over JSON that stays as it came. No view ever changes. */

import {
  EMPTY_OBJECT,
  getIn,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type KeptTexts,
  numberOf,
  parseJson,
  textIn,
  writeJson,
} from "./json.ts";

/** A whole document. */
export type Workflow = JsonObject;

/** Where one is in a document: `null` is the document itself, a text the name of a definition. */
export type Place = string | null;

/** Where a linked value comes from. */
export interface Link {
  readonly node: string;
  readonly output: string;
}

/** A use of a node type. */
export interface WorkflowNode {
  readonly type: string;
  readonly version: number;
  readonly title: string;
  readonly mode: "bypass" | "mute" | null;
  readonly inputs: JsonObject;
}

/** A named input of a workflow, or a port of a definition. */
export interface InterfaceInput {
  readonly node: string;
  readonly input: string;
  readonly also: readonly { readonly node: string; readonly input: string }[];
  readonly title: string;
  readonly help: string;
}

export interface InterfaceOutput {
  readonly node: string;
  readonly output: string;
  readonly title: string;
}

export interface Interface {
  readonly inputs: ReadonlyMap<string, InterfaceInput>;
  readonly outputs: ReadonlyMap<string, InterfaceOutput>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A frame around nodes, or a note. */
export interface Annotation {
  readonly id: string;
  readonly text: string;
  readonly box: Box;
  readonly colour: string;
}

export interface Layout {
  readonly positions: ReadonlyMap<string, readonly [number, number]>;
  readonly sizes: ReadonlyMap<string, readonly [number, number]>;
  readonly collapsed: ReadonlySet<string>;
  readonly colours: ReadonlyMap<string, string>;
  readonly frames: readonly Annotation[];
  readonly notes: readonly Annotation[];
}

/** Nodes with an interface and a layout: what a document and a definition have in common. */
export interface Body {
  readonly nodes: ReadonlyMap<string, WorkflowNode>;
  readonly interface: Interface;
  readonly layout: Layout;
}

/** Why a file is no workflow that this editor can read. */
export class NotAWorkflow extends Error {}

const FORMAT = 1;

/** Read a document from text. Raises `JsonError` and `NotAWorkflow`. */
export function parseWorkflow(text: string): Workflow {
  const value = parseJson(text);
  if (!isObject(value) || !value.has("latentgraph") || !isObject(value.get("nodes"))) {
    throw new NotAWorkflow('A workflow is an object with "latentgraph": 1 and "nodes".');
  }
  const format = numberOf(value.get("latentgraph"));
  if (format !== undefined && format > FORMAT) {
    throw new NotAWorkflow(
      `It has format ${format}; this editor reads format ${FORMAT}. Update Latent Graph.`,
    );
  }
  return value;
}

const texts = new WeakMap<Workflow, string>();
const partTexts: KeptTexts = new WeakMap();

/** The text of a document, as the server would write it; what is the same as in another is not written again. */
export function writeWorkflow(workflow: Workflow): string {
  let text = texts.get(workflow);
  if (text === undefined) {
    text = writeJson(workflow, partTexts);
    texts.set(workflow, text);
  }
  return text;
}

/** A document with nothing in it. */
export function emptyWorkflow(name: string): Workflow {
  return new Map<string, Json>([
    ["latentgraph", 1],
    ["name", name],
    ["nodes", EMPTY_OBJECT],
  ]);
}

/** The path of a body inside its document. */
export function pathOf(place: Place): readonly string[] {
  return place === null ? [] : ["definitions", place];
}

/** Whether a document has a place: itself, or a definition of the name. */
export function hasPlace(workflow: Workflow, place: Place): boolean {
  return place === null || isObject(getIn(workflow, pathOf(place)));
}

/** Every place of a document: itself, and its definitions. */
export function placesOf(workflow: Workflow): Place[] {
  return [null, ...definitionsOf(workflow)];
}

/** A function of an object that is worked out once for each object. */
function remembered<T>(make: (value: JsonObject) => T): (value: JsonObject) => T {
  const known = new WeakMap<JsonObject, T>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const made = make(value);
    known.set(value, made);
    return made;
  };
}

/** The nodes, interface and layout at a place; equal objects while the document's part is the same. */
export function bodyAt(workflow: Workflow, place: Place): Body {
  const raw = getIn(workflow, pathOf(place));
  return readBody(isObject(raw) ? raw : EMPTY_OBJECT);
}

const readBody = remembered<Body>((raw) => ({
  nodes: readNodes(objectIn(raw, "nodes")),
  interface: readInterface(objectIn(raw, "interface")),
  layout: readLayout(objectIn(raw, "layout")),
}));

const readNodes = remembered((raw): ReadonlyMap<string, WorkflowNode> => {
  const found = new Map<string, WorkflowNode>();
  for (const [id, node] of raw) if (isObject(node)) found.set(id, readNode(node));
  return found;
});

const readNode = remembered<WorkflowNode>((raw) => {
  const mode = raw.get("mode");
  return {
    type: textIn(raw, ["type"]),
    version: numberOf(raw.get("version")) ?? 1,
    title: textIn(raw, ["title"]),
    mode: mode === "bypass" || mode === "mute" ? mode : null,
    inputs: objectIn(raw, "inputs"),
  };
});

const readInterface = remembered<Interface>((raw) => ({
  inputs: new Map(
    entries(raw.get("inputs")).map(([name, one]) => [
      name,
      {
        node: textIn(one, ["node"]),
        input: textIn(one, ["input"]),
        also: listIn(one, "also").map((place) => ({
          node: textIn(place, ["node"]),
          input: textIn(place, ["input"]),
        })),
        title: textIn(one, ["title"]),
        help: textIn(one, ["help"]),
      },
    ]),
  ),
  outputs: new Map(
    entries(raw.get("outputs")).map(([name, one]) => [
      name,
      { node: textIn(one, ["node"]), output: textIn(one, ["output"]), title: textIn(one, ["title"]) },
    ]),
  ),
}));

const readLayout = remembered<Layout>((raw) => ({
  positions: pairs(raw.get("positions")),
  sizes: pairs(raw.get("sizes")),
  collapsed: new Set(listIn(raw, "collapsed").filter((one) => typeof one === "string")),
  colours: new Map(
    entries(raw.get("colours")).flatMap(([id, one]) => (typeof one === "string" ? [[id, one] as const] : [])),
  ),
  frames: listIn(raw, "frames").flatMap((one, index) => readAnnotation(one, index, "title")),
  notes: listIn(raw, "notes").flatMap((one, index) => readAnnotation(one, index, "text")),
}));

/** A frame or a note as it is written; none where it has no box. `words` names the field of its text. */
export function readAnnotation(raw: Json, index: number, words: string): Annotation[] {
  const box = isObject(raw) ? listIn(raw, "box").map(numberOf) : [];
  const [x, y, width, height] = box;
  if (!isObject(raw) || x === undefined || y === undefined || width === undefined || height === undefined) {
    return [];
  }
  return [
    {
      id: textIn(raw, ["id"], `at${index}`),
      text: textIn(raw, [words]),
      box: { x, y, width, height },
      colour: textIn(raw, ["colour"]),
    },
  ];
}

function objectIn(raw: JsonObject, name: string): JsonObject {
  const found = raw.get(name);
  return isObject(found) ? found : EMPTY_OBJECT;
}

function entries(raw: Json | undefined): [string, Json][] {
  return isObject(raw) ? [...raw] : [];
}

function listIn(raw: Json | undefined, name: string): readonly Json[] {
  const found = getIn(raw, [name]);
  return isArray(found) ? found : [];
}

function pairs(raw: Json | undefined): ReadonlyMap<string, readonly [number, number]> {
  const found = new Map<string, readonly [number, number]>();
  for (const [name, pair] of entries(raw)) {
    const [x, y] = isArray(pair) ? pair.map(numberOf) : [];
    if (x !== undefined && y !== undefined) found.set(name, [x, y]);
  }
  return found;
}

/** The link that a value is, or null for a literal. */
export function linkOf(value: Json | undefined): Link | null {
  if (!isObject(value) || value.size !== 1) return null;
  const from = value.get("from");
  if (typeof from !== "string") return null;
  const dot = from.lastIndexOf(".");
  return { node: from.slice(0, Math.max(dot, 0)), output: from.slice(dot + 1) };
}

/** The value of an input that is linked. */
export function linkTo(node: string, output: string): JsonObject {
  return new Map([["from", `${node}.${output}`]]);
}

/** The links in an input's value: the value itself, or items of a list. */
export function linksOf(value: Json | undefined): Link[] {
  const items = isArray(value) ? value : value === undefined ? [] : [value];
  return items.flatMap((item) => linkOf(item) ?? []);
}

/** A link of a body, with where it leads; `index` is the place in the list of an input that takes many. */
export interface Edge {
  readonly id: string;
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
  readonly index: number | null;
}

const edgesOfInputs = new WeakMap<JsonObject, Map<string, readonly Edge[]>>();

/** The links that lead into a node. */
export function edgesInto(target: string, node: WorkflowNode): readonly Edge[] {
  let known = edgesOfInputs.get(node.inputs);
  if (!known) {
    known = new Map();
    edgesOfInputs.set(node.inputs, known);
  }
  const found = known.get(target);
  if (found) return found;
  const made: Edge[] = [];
  for (const [input, value] of node.inputs) {
    if (isArray(value)) {
      value.forEach((item, index) => {
        const link = linkOf(item);
        if (link) made.push(edge(link, target, input, index));
      });
    } else {
      const link = linkOf(value);
      if (link) made.push(edge(link, target, input, null));
    }
  }
  known.set(target, made);
  return made;
}

function edge(link: Link, target: string, input: string, index: number | null): Edge {
  const id = `${target}.${input}${index === null ? "" : `[${index}]`}`;
  return { id, source: link.node, output: link.output, target, input, index };
}

/** Every link of a body. */
export function edgesOf(body: Body): Edge[] {
  return [...body.nodes].flatMap(([id, node]) => edgesInto(id, node));
}

/** The names of a document's definitions, in its order. */
export function definitionsOf(workflow: Workflow): string[] {
  return entries(workflow.get("definitions")).flatMap(([name, one]) => (isObject(one) ? [name] : []));
}
