/** What leads nowhere in a document, in words: what no command may bring into one. */

import { EMPTY_CATALOGUE } from "../catalogue.ts";
import { OWN_INPUTS } from "../commands/ports.ts";
import { reachedFrom, usedAt } from "../commands/uses.ts";
import { bodiesOf, faceOf, isStructure } from "../face.ts";
import { isArray } from "../json.ts";
import { runningOrder } from "../order.ts";
import {
  type Body,
  bodyAt,
  definitionsOf,
  edgesInto,
  edgesOf,
  hasPlace,
  type Place,
  placesOf,
  type Workflow,
} from "../workflow.ts";

export function dangling(workflow: Workflow): string[] {
  const found = placesOf(workflow).flatMap((place) => {
    const body = bodyAt(workflow, place);
    const where = place === null ? "" : `in ${place}: `;
    return [
      ...ofLinks(workflow, body),
      ...ofInterface(workflow, body, place),
      ...ofLayout(body),
      ...ofBodies(workflow, body),
      ...circles(body),
    ].map((one) => `${where}${one}`);
  });
  for (const name of definitionsOf(workflow)) {
    if (reachedFrom(workflow, usedAt(workflow, name)).has(name)) found.push(`${name} uses itself`);
  }
  return found;
}

/** The outputs that a node surely has; null where its type is not known, or its branches may differ. */
function outputsOf(workflow: Workflow, body: Body, id: string): ReadonlySet<string> | null {
  const node = body.nodes.get(id);
  if (!node || !["flow/call", "flow/map", "flow/fold"].includes(node.type)) return null;
  return new Set(faceOf(workflow, node, EMPTY_CATALOGUE).outputs.map((one) => one.name));
}

function ofLinks(workflow: Workflow, body: Body): string[] {
  return edgesOf(body).flatMap(({ id, source, output }) => {
    if (!body.nodes.has(source)) return [`the link ${id} comes from ${source}, which is not there`];
    const outputs = outputsOf(workflow, body, source);
    return outputs && !outputs.has(output) ? [`the link ${id} comes from ${source}.${output}`] : [];
  });
}

function ofInterface(workflow: Workflow, body: Body, place: Place): string[] {
  const found: string[] = [];
  for (const [name, port] of body.interface.inputs) {
    for (const { node } of [port, ...port.also]) {
      if (!body.nodes.has(node)) found.push(`the input ${name} leads to ${node}`);
    }
    if (place !== null && OWN_INPUTS.has(name)) found.push(`the port ${name} can not be set`);
  }
  for (const [name, { node, output }] of body.interface.outputs) {
    const outputs = outputsOf(workflow, body, node);
    if (!body.nodes.has(node) || (outputs && !outputs.has(output))) {
      found.push(`the output ${name} is ${node}.${output}`);
    }
  }
  return found;
}

function ofLayout(body: Body): string[] {
  const { positions, sizes, colours, collapsed } = body.layout;
  return [...positions.keys(), ...sizes.keys(), ...colours.keys(), ...collapsed].flatMap((id) =>
    body.nodes.has(id) ? [] : [`the layout has ${id}`],
  );
}

function ofBodies(workflow: Workflow, body: Body): string[] {
  return [...body.nodes].flatMap(([id, node]) => {
    if (!isStructure(node.type)) return [];
    const bodies = bodiesOf(node).map((one) => one.definition);
    const ports = new Set(bodies.flatMap((name) => [...bodyAt(workflow, name).interface.inputs.keys()]));
    const each = node.inputs.get("each");
    const taken = (isArray(each) ? each : []).map(String);
    const unknown = [...node.inputs.keys()].filter((name) => !ports.has(name) && !OWN_INPUTS.has(name));
    return [
      ...bodies.filter((name) => !hasPlace(workflow, name)).map((name) => `${id} uses ${name}`),
      ...unknown.map((name) => `${id} has no port ${name}`),
      ...taken.filter((name) => !ports.has(name)).map((name) => `${id} takes ${name} one by one`),
    ];
  });
}

function circles(body: Body): string[] {
  const before = new Set<string>();
  return runningOrder(body).flatMap((id) => {
    before.add(id);
    const node = body.nodes.get(id);
    const edges = node ? edgesInto(id, node) : [];
    const late = edges.some(({ source }) => body.nodes.has(source) && (source === id || !before.has(source)));
    return late ? [`${id} is in a circle`] : [];
  });
}
