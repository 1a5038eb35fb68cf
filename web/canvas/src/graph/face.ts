/** How a node appears: its inputs and outputs in this document, with titles, types and what they take. */

import { type Catalogue, type InputSpec, nodeHelp, nodeTitle, type Schema, wordsOf } from "./catalogue.ts";
import { type ControlKind, controlKind } from "./control-kind.ts";
import { isArray, isObject, type Json, type Plain, toPlain } from "./json.ts";
import { ANY, type Shape } from "./shape.ts";
import { type Body, bodyAt, edgesOf, type Workflow, type WorkflowNode } from "./workflow.ts";

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

export const WAYPOINT = "flow/pass";
const DEEPEST = 32;

/** The face of every node at a place, by id. */
export function facesOf(workflow: Workflow, body: Body, catalogue: Catalogue): ReadonlyMap<string, Face> {
  const asked = new Map<string, Set<string>>();
  for (const edge of edgesOf(body)) {
    const outputs = asked.get(edge.source);
    if (outputs) outputs.add(edge.output);
    else asked.set(edge.source, new Set([edge.output]));
  }
  for (const one of body.interface.outputs.values()) {
    asked.set(one.node, (asked.get(one.node) ?? new Set()).add(one.output));
  }
  const faces = new Map<string, Face>();
  for (const [id, node] of body.nodes) faces.set(id, faceOf(workflow, node, catalogue, asked.get(id)));
  return faces;
}

/** The face of one node; `asked` are the outputs that others link to. */
export function faceOf(
  workflow: Workflow,
  node: WorkflowNode,
  catalogue: Catalogue,
  asked: ReadonlySet<string> = NOTHING,
  depth = 0,
): Face {
  const base = specFace(node.type, catalogue);
  const { inputs, outputs } = isStructure(node.type)
    ? withPorts(workflow, node, catalogue, base, depth)
    : base;
  const more = [...node.inputs.keys()].filter((name) => !inputs.some((one) => one.name === name));
  const unseen = [...asked].filter((name) => !outputs.some((one) => one.name === name));
  const missing =
    base.missing ?? (node.version > (catalogue.nodes[node.type]?.version ?? node.version) ? "version" : null);
  if (more.length === 0 && unseen.length === 0 && inputs === base.inputs && missing === base.missing) {
    return base;
  }
  return {
    ...base,
    missing,
    inputs: [...inputs, ...more.map(unknownInput)],
    outputs: [...outputs, ...unseen.map((name) => ({ name, title: wordsOf(name), type: "", shape: ANY }))],
  };
}

const NOTHING: ReadonlySet<string> = new Set();
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

function inputFace(
  name: string,
  spec: InputSpec,
  texts: { readonly title?: string; readonly help?: string } | undefined,
): InputFace {
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
  depth: number,
): { inputs: readonly InputFace[]; outputs: readonly OutputFace[] } {
  if (depth > DEEPEST) return base;
  const inputs = new Map<string, InputFace>();
  const each = namesIn(node.inputs.get("each"));
  const carry = namesIn(node.inputs.get("carry"));
  const branches: (readonly OutputFace[])[] = [];
  for (const { definition } of bodiesOf(node)) {
    const raw = workflow.get("definitions");
    if (!isObject(raw) || !isObject(raw.get(definition))) continue;
    const body = bodyAt(workflow, definition);
    for (const face of portsOf(workflow, body, catalogue, depth + 1)) {
      if (!inputs.has(face.name)) inputs.set(face.name, each.has(face.name) ? listed(face) : face);
    }
    branches.push(outputsOf(workflow, body, catalogue, depth + 1));
  }
  const [first = [], ...others] = branches;
  const shared = first.filter((one) => others.every((outputs) => outputs.some((o) => o.name === one.name)));
  const lists = node.type === "flow/map" || node.type === "flow/fold";
  const outputs = shared.map((one) => (lists && !carry.has(one.name) ? listedOutput(one) : one));
  const own = base.inputs.map((one) => ownInput(one, node, [...inputs.keys()], shared));
  return { inputs: [...own, ...inputs.values()], outputs };
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
export function portsOf(workflow: Workflow, body: Body, catalogue: Catalogue, depth = 0): InputFace[] {
  return [...body.interface.inputs].map(([name, port]) => {
    const node = body.nodes.get(port.node);
    const inner = node && faceOf(workflow, node, catalogue, NOTHING, depth);
    const target = inner?.inputs.find((one) => one.name === port.input) ?? unknownInput(name);
    const written = node?.inputs.get(port.input);
    return {
      ...target,
      name,
      title: port.title || (port.input === name ? target.title : wordsOf(name)),
      help: port.help || target.help,
      required: target.required && written === undefined,
      default: written === undefined ? target.default : toPlain(written),
    };
  });
}

/** The outputs of a definition. */
export function outputsOf(workflow: Workflow, body: Body, catalogue: Catalogue, depth = 0): OutputFace[] {
  return [...body.interface.outputs].map(([name, output]) => {
    const node = body.nodes.get(output.node);
    const inner = node && faceOf(workflow, node, catalogue, NOTHING, depth);
    const source = inner?.outputs.find((one) => one.name === output.output);
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
