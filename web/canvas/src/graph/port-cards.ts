/**
 * What a document or definition takes and gives, as two cards beside its nodes: the inputs are sources, the
 * outputs are where links end. They stand in no document; commands about their links change the interface.
 */

import type { Catalogue } from "./catalogue.ts";
import { type Face, type InputFace, type OutputFace, outputsOf, portsOf } from "./face.ts";
import { ANY } from "./shape.ts";
import type { Body, Edge, Workflow } from "./workflow.ts";

/** The ids of the cards. No node has a colon in its id. */
export const INPUTS_CARD = "ports:inputs";
export const OUTPUTS_CARD = "ports:outputs";

/** The socket of a card that stands for a port that is not there yet. */
export const NEW_PORT = "ports:new";

export function isPortCard(id: string): boolean {
  return id === INPUTS_CARD || id === OUTPUTS_CARD;
}

/** Whether a link is one of a port, rather than of a node. */
export function isPortEdge(edge: Pick<Edge, "source" | "target">): boolean {
  return edge.source === INPUTS_CARD || edge.target === OUTPUTS_CARD;
}

const CARD: Omit<Face, "type" | "inputs" | "outputs"> = {
  title: "",
  help: "",
  category: "",
  kind: "pure",
  missing: null,
  waypoint: false,
};

/** The card of what comes in: each port a source, and one for a new port. */
export function inputsFace(workflow: Workflow, body: Body, catalogue: Catalogue, title: string): Face {
  const ports = portsOf(workflow, body, catalogue).map(
    ({ name, title, type, shape }): OutputFace => ({ name, title, type, shape }),
  );
  const more: OutputFace = { name: NEW_PORT, title: "", type: "", shape: ANY };
  return { ...CARD, title, type: INPUTS_CARD, inputs: [], outputs: [...ports, more] };
}

/** The card of what goes out: each output takes a link, and one more makes a new output. */
export function outputsFace(workflow: Workflow, body: Body, catalogue: Catalogue, title: string): Face {
  const outputs = outputsOf(workflow, body, catalogue).map((one) => sink(one));
  return {
    ...CARD,
    title,
    type: OUTPUTS_CARD,
    inputs: [...outputs, sink({ name: NEW_PORT, title: "", type: "", shape: ANY })],
    outputs: [],
  };
}

function sink({ name, title, type, shape }: OutputFace): InputFace {
  return {
    name,
    title,
    type,
    shape,
    help: "",
    required: false,
    many: false,
    fixed: false,
    schema: null,
    control: "none",
    default: undefined,
    known: true,
  };
}

/** The links of the ports, to nodes that are there. */
export function portEdges(body: Body): Edge[] {
  const edges: Edge[] = [];
  for (const [name, port] of body.interface.inputs) {
    for (const { node, input } of [port, ...port.also]) {
      if (!body.nodes.has(node)) continue;
      const id = `${INPUTS_CARD}.${name}>${node}.${input}`;
      edges.push({ id, source: INPUTS_CARD, output: name, target: node, input, index: null });
    }
  }
  for (const [name, { node, output }] of body.interface.outputs) {
    if (!body.nodes.has(node)) continue;
    edges.push({
      id: `${OUTPUTS_CARD}.${name}`,
      source: node,
      output,
      target: OUTPUTS_CARD,
      input: name,
      index: null,
    });
  }
  return edges;
}
