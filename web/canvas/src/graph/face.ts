/** How a node appears: its inputs and outputs in this document, with titles, types and what they take. */

import {
  type Catalogue,
  type InputSpec,
  type InputTexts,
  nodeHelp,
  nodeTitle,
  type Schema,
  wordsOf,
} from "./catalogue.ts";
import { type ControlKind, controlKind } from "./control-kind.ts";
import { callWords } from "./definition.ts";
import { isArray, isObject, type Json, type Plain, toPlain } from "./json.ts";
import { ANY, type Shape } from "./shape.ts";
import { scoped, withVariables } from "./variables.ts";
import { type Body, bodyAt, edgesInto, hasPlace, type Workflow, type WorkflowNode } from "./workflow.ts";

export interface InputFace {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly type: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly many: boolean;
  /** Must be written out in the document: no link, no port. */
  readonly fixed: boolean;
  readonly schema: Schema | null;
  readonly control: ControlKind;
  readonly default: Plain | undefined;
  /** What its choices are called, where that is not what documents say for them. */
  readonly choices?: Readonly<Record<string, string>>;
  /** What a control of a structure lists, each on a line: ports, outputs or cases. */
  readonly options?: readonly string[];
  /** False for what is written in the document and unknown to the node type. */
  readonly known: boolean;
}

export interface OutputFace {
  readonly name: string;
  readonly title: string;
  readonly type: string;
  readonly shape: Shape;
}

export interface Face {
  readonly type: string;
  readonly title: string;
  readonly help: string;
  readonly category: string;
  readonly kind: "pure" | "effect" | "volatile" | "external";
  readonly inputs: readonly InputFace[];
  readonly outputs: readonly OutputFace[];
  /** Why it is a placeholder: its pack is not here, its type is not, or it is of a newer version. */
  readonly missing: "pack" | "type" | "version" | null;
  /** Drawn as a point on a link. */
  readonly waypoint: boolean;
}

const WAYPOINT = "flow/pass";
const DEEPEST = 32;
const NOTHING: ReadonlySet<string> = new Set();

/** Faces with what they were made from. */
interface Known<T> {
  readonly catalogue: Catalogue;
  readonly definitions: Json | undefined;
  readonly made: T;
}

const knownBodies = new WeakMap<Body, Known<ReadonlyMap<string, Face>>>();
const opened = new Set<Body>(); // those that are being worked out: a document may hold circles of definitions

/**
 * The face of every node at a place, by id. What a variable of an output stands for is told by what is linked to
 * the node. A face is the same object for as long as nothing about it changed.
 */
export function facesOf(workflow: Workflow, body: Body, catalogue: Catalogue): ReadonlyMap<string, Face> {
  const definitions = workflow.get("definitions");
  const known = knownBodies.get(body);
  if (known && known.definitions === definitions && known.catalogue === catalogue) return known.made;
  if (opened.has(body) || opened.size > DEEPEST) return new Map();
  opened.add(body);
  try {
    const asked = outputsAsked(body);
    const faces = new Map<string, Face>();
    for (const [id, node] of body.nodes) faces.set(id, keptFace(workflow, node, catalogue, asked.get(id)));
    const made = withVariables(body, faces);
    knownBodies.set(body, { catalogue, definitions, made });
    return made;
  } finally {
    opened.delete(body);
  }
}

/** The outputs of each node that something leads from. */
function outputsAsked(body: Body): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  const ask = (node: string, output: string): void => {
    const outputs = asked.get(node);
    if (outputs) outputs.add(output);
    else asked.set(node, new Set([output]));
  };
  for (const [id, node] of body.nodes) for (const edge of edgesInto(id, node)) ask(edge.source, edge.output);
  for (const one of body.interface.outputs.values()) ask(one.node, one.output);
  return asked;
}

const knownNodes = new WeakMap<WorkflowNode, Map<string, Known<Face>>>();

/** The face of a node, or the one that it had before if the new one would say the same. */
function keptFace(
  workflow: Workflow,
  node: WorkflowNode,
  catalogue: Catalogue,
  asked: ReadonlySet<string> = NOTHING,
): Face {
  const structure = isStructure(node.type);
  const definitions = structure ? workflow.get("definitions") : undefined;
  const { outputs } = specFace(node.type, catalogue);
  let key = "";
  for (const name of asked) if (structure || !outputs.some((one) => one.name === name)) key += ` ${name}`;
  const kept = knownNodes.get(node) ?? new Map<string, Known<Face>>();
  const known = kept.get(key);
  if (known && known.catalogue === catalogue && known.definitions === definitions) return known.made;
  const face = faceOf(workflow, node, catalogue, asked);
  const same = known && spelled(known.made) === spelled(face);
  const made = same ? known.made : face;
  knownNodes.set(node, kept.set(key, { catalogue, definitions, made }));
  return made;
}

/** A face as a text, with whole numbers of any size, which JSON itself does not spell. */
function spelled(face: Face): string {
  return JSON.stringify(face, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

/** The face of one node; `asked` are the outputs that others link to. */
export function faceOf(
  workflow: Workflow,
  node: WorkflowNode,
  catalogue: Catalogue,
  asked: ReadonlySet<string> = NOTHING,
): Face {
  const base = specFace(node.type, catalogue);
  const { inputs, outputs } = isStructure(node.type) ? withPorts(workflow, node, catalogue, base) : base;
  const more = [...node.inputs.keys()].filter((name) => !inputs.some((one) => one.name === name));
  const unseen = [...asked].filter((name) => !outputs.some((one) => one.name === name));
  const missing =
    base.missing ?? (node.version > (catalogue.nodes[node.type]?.version ?? node.version) ? "version" : null);
  if (more.length === 0 && unseen.length === 0 && inputs === base.inputs && missing === base.missing) {
    return base;
  }
  return {
    ...base,
    ...callWords(workflow, node),
    missing,
    inputs: [...inputs, ...more.map(unknownInput)],
    outputs: [...outputs, ...unseen.map((name) => ({ name, title: wordsOf(name), type: "", shape: ANY }))],
  };
}

const specFaces = new WeakMap<Catalogue, Map<string, Face>>();

/** The face that a node type has by itself; the same object each time. */
export function specFace(type: string, catalogue: Catalogue): Face {
  let known = specFaces.get(catalogue);
  if (!known) {
    known = new Map();
    specFaces.set(catalogue, known);
  }
  const found = known.get(type);
  if (found) return found;
  const made = makeSpecFace(type, catalogue);
  known.set(type, made);
  return made;
}

function makeSpecFace(type: string, catalogue: Catalogue): Face {
  const spec = catalogue.nodes[type];
  const texts = catalogue.texts.nodes?.[type];
  const common = { type, title: nodeTitle(catalogue, type), help: nodeHelp(catalogue, type) };
  if (!spec) {
    const pack = `${type.split("/")[0]}/`;
    const here = Object.keys(catalogue.nodes).some((name) => name.startsWith(pack));
    return {
      ...common,
      category: "",
      kind: "pure",
      inputs: [],
      outputs: [],
      missing: here ? "type" : "pack",
      waypoint: false,
    };
  }
  return {
    ...common,
    category: spec.category,
    kind: spec.kind,
    inputs: Object.entries(spec.inputs).map(([name, one]) => inputFace(name, one, texts?.inputs?.[name])),
    outputs: Object.entries(spec.outputs).map(([name, one]) => ({
      name,
      title: texts?.outputs?.[name]?.title ?? one.title ?? wordsOf(name),
      type: one.type,
      shape: one.shape ?? ANY,
    })),
    missing: null,
    waypoint: type === WAYPOINT,
  };
}

function inputFace(name: string, spec: InputSpec, texts: InputTexts | undefined): InputFace {
  return {
    name,
    title: texts?.title ?? spec.title ?? wordsOf(name),
    help: texts?.help ?? spec.help ?? "",
    type: spec.type,
    shape: spec.shape ?? ANY,
    required: spec.required,
    many: spec.many,
    fixed: spec.fixed ?? false,
    schema: spec.schema,
    control: controlKind(spec.schema),
    default: spec.default,
    ...(texts?.choices ? { choices: texts.choices } : {}),
    known: true,
  };
}

function unknownInput(name: string): InputFace {
  return {
    name,
    title: wordsOf(name),
    help: "",
    type: "",
    shape: ANY,
    required: false,
    many: false,
    fixed: false,
    schema: null,
    control: "json",
    default: undefined,
    known: false,
  };
}

export function isStructure(type: string): boolean {
  return type.startsWith("flow/") && type !== WAYPOINT;
}

/** The definitions that a node of structure uses, by the input that names each. */
export function bodiesOf(node: WorkflowNode): { readonly input: string; readonly definition: string }[] {
  if (!isStructure(node.type)) return [];
  const found: { input: string; definition: string }[] = [];
  for (const input of ["body", "then", "otherwise", "default"]) {
    const name = node.inputs.get(input);
    if (typeof name === "string" && name !== "") found.push({ input, definition: name });
  }
  const cases = node.inputs.get("cases");
  if (isObject(cases)) {
    for (const [name, one] of cases) {
      if (typeof one === "string") found.push({ input: `cases.${name}`, definition: one });
    }
  }
  return found;
}

function withPorts(
  workflow: Workflow,
  node: WorkflowNode,
  catalogue: Catalogue,
  base: Face,
): { inputs: readonly InputFace[]; outputs: readonly OutputFace[] } {
  const inputs = new Map<string, InputFace>();
  const each = namesIn(node.inputs.get("each"));
  const carry = namesIn(node.inputs.get("carry"));
  const branches: (readonly OutputFace[])[] = [];
  for (const { definition } of bodiesOf(node)) {
    if (!hasPlace(workflow, definition)) continue;
    const body = bodyAt(workflow, definition);
    for (const face of portsOf(workflow, body, catalogue)) {
      const before = inputs.get(face.name);
      if (!before) inputs.set(face.name, each.has(face.name) ? listed(face) : face);
      else if (face.required && !before.required) inputs.set(face.name, { ...before, required: true });
    }
    branches.push(outputsOf(workflow, body, catalogue));
  }
  const lists = node.type === "flow/map" || node.type === "flow/fold";
  const shared = sharedBy(branches);
  const outputs = shared.map((one) => (lists && !carry.has(one.name) ? listedOutput(one) : one));
  const own = base.inputs.map((one) => ownInput(one, node, [...inputs.keys()], shared));
  return { inputs: [...own, ...inputs.values()], outputs: [...base.outputs, ...outputs] };
}

/** An own input of a node of structure: names of ports and outputs are chosen, not typed. */
function ownInput(
  face: InputFace,
  node: WorkflowNode,
  ports: readonly string[],
  outputs: readonly OutputFace[],
): InputFace {
  switch (face.name) {
    case "each":
      return { ...face, control: "ports", options: ports };
    case "carry": {
      const given = new Set(outputs.map((one) => one.name));
      return { ...face, control: "ports", options: ports.filter((name) => given.has(name)) };
    }
    case "until":
      return { ...face, control: "given" };
    case "cases": {
      const cases = node.inputs.get("cases");
      return { ...face, control: "cases", options: isObject(cases) ? [...cases.keys()] : [] };
    }
    default:
      return face;
  }
}

/** What all branches give, which is of one type or the other where they differ. */
function sharedBy(branches: readonly (readonly OutputFace[])[]): OutputFace[] {
  const [first = [], ...others] = branches;
  return first.flatMap((one) => {
    const same = others.map((outputs) => outputs.find((other) => other.name === one.name));
    if (!same.every((other) => other !== undefined)) return [];
    const shapes = new Map([one, ...same].map((other) => [JSON.stringify(other.shape), other]));
    if (shapes.size < 2) return [one];
    const all = [...shapes.values()];
    const type = [...new Set(all.map((other) => other.type))].filter(Boolean).join(" or ");
    return [{ ...one, type, shape: { is: "union" as const, of: all.map((other) => other.shape) } }];
  });
}

function namesIn(value: Json | undefined): ReadonlySet<string> {
  return new Set(isArray(value) ? value.filter((one) => typeof one === "string") : []);
}

function listed(face: InputFace): InputFace {
  const shape: Shape = { is: "list", of: face.shape };
  return { ...face, shape, type: `list of ${face.type}`, many: true, schema: null, control: "json" };
}

function listedOutput(face: OutputFace): OutputFace {
  return { ...face, shape: { is: "list", of: face.shape }, type: `list of ${face.type}` };
}

/** The ports of a definition, as inputs of what uses it. */
export function portsOf(workflow: Workflow, body: Body, catalogue: Catalogue): InputFace[] {
  const faces = facesOf(workflow, body, catalogue);
  return [...body.interface.inputs].map(([name, port]) => {
    const targets = [port, ...port.also].map(({ node, input }) => ({
      face: faces.get(node)?.inputs.find((one) => one.name === input),
      written: body.nodes.get(node)?.inputs.get(input) !== undefined,
    }));
    const target = targets[0]?.face ?? unknownInput(name);
    const literal = body.nodes.get(port.node)?.inputs.get(port.input);
    return {
      ...target,
      name,
      title: port.title || (port.input === name ? target.title : wordsOf(name)),
      help: port.help || target.help,
      shape: scoped(target.shape, port.node),
      required: targets.some(({ face, written }) => face?.required === true && !written),
      default: literal === undefined ? target.default : toPlain(literal),
    };
  });
}

/** The outputs of a definition. */
export function outputsOf(workflow: Workflow, body: Body, catalogue: Catalogue): OutputFace[] {
  const faces = facesOf(workflow, body, catalogue);
  return [...body.interface.outputs].map(([name, output]) => {
    const source = faces.get(output.node)?.outputs.find((one) => one.name === output.output);
    return {
      name,
      title: output.title || wordsOf(name),
      type: source?.type ?? "",
      shape: source?.shape ?? ANY,
    };
  });
}

/** What a person called a node, or what its type is called. */
export function titleOf(node: WorkflowNode, face: Face): string {
  return node.title || face.title;
}
