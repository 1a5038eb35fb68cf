/** Giving nodes of structure their bodies: an empty definition, or what other nodes do. */

import type { Catalogue } from "../catalogue.ts";
import { outputsOf, portsOf } from "../face.ts";
import { isObject, type Json } from "../json.ts";
import { bodyAt, linkTo, type Place, type Workflow } from "../workflow.ts";
import { addDefinition } from "./definitions.ts";
import { changeAllLinks, objectAt, put } from "./edit.ts";
import { type GroupRefusal, group } from "./group.ts";
import { removeNodes } from "./nodes.ts";
import { leadPort } from "./ports.ts";

/** Where a body is named: an input of a node, or `cases.NAME` for a case of a switch. */
export interface BodyInput {
  readonly node: string;
  readonly input: string;
}

/** Name the definition that is a node's body. */
function setBody(workflow: Workflow, place: Place, { node, input }: BodyInput, definition: string): Workflow {
  const inputs = objectAt(workflow, place, ["nodes", node, "inputs"]);
  if (!input.startsWith("cases.")) {
    return put(workflow, place, ["nodes", node, "inputs"], new Map(inputs).set(input, definition));
  }
  const cases = inputs.get("cases");
  const now = new Map(isObject(cases) ? cases : []).set(input.slice("cases.".length), definition);
  return put(workflow, place, ["nodes", node, "inputs"], new Map(inputs).set("cases", now));
}

/** Give a node a new body with nothing in it. */
export function emptyBody(
  workflow: Workflow,
  place: Place,
  to: BodyInput,
  name: string,
): { readonly workflow: Workflow; readonly name: string } {
  const added = addDefinition(workflow, name);
  return { workflow: setBody(added.workflow, place, to, added.name), name: added.name };
}

/**
 * Make nodes the body of a node: what led to them leads to its ports, and what they gave it gives. A loop goes
 * over the first port that gets a link.
 */
export function bodyFromNodes(
  workflow: Workflow,
  place: Place,
  to: BodyInput,
  ids: ReadonlySet<string>,
  name: string,
  catalogue: Catalogue,
): { readonly workflow: Workflow; readonly definition: string } | { readonly refused: GroupRefusal } {
  const chosen = new Set([...ids].filter((id) => id !== to.node));
  const grouped = group(workflow, place, chosen, name);
  if ("refused" in grouped) return grouped;
  const { call, definition } = grouped;
  const given = objectAt(grouped.workflow, place, ["nodes", call, "inputs"]);
  const ports = new Map([...given].filter(([port]) => port !== "body"));
  let changed = setBody(grouped.workflow, place, to, definition);
  const own = objectAt(changed, place, ["nodes", to.node, "inputs"]);
  const loop = loopInputs(changed, place, to.node, definition, catalogue);
  changed = put(changed, place, ["nodes", to.node, "inputs"], new Map([...own, ...loop, ...ports]));
  changed = changeAllLinks(changed, place, (source, output) =>
    source === call ? [linkTo(to.node, output)] : null,
  );
  for (const [port, one] of bodyAt(changed, place).interface.inputs) {
    const places = [{ node: one.node, input: one.input }, ...one.also];
    if (!places.some((at) => at.node === call)) continue;
    const now = places.map((at) => (at.node === call ? { node: to.node, input: at.input } : at));
    changed = leadPort(changed, place, port, now);
  }
  for (const [output, one] of bodyAt(changed, place).interface.outputs) {
    if (one.node === call) changed = put(changed, place, ["interface", "outputs", output, "node"], to.node);
  }
  return { workflow: removeNodes(changed, place, new Set([call])), definition };
}

/** What a loop goes over where it does not say yet. */
function loopInputs(
  workflow: Workflow,
  place: Place,
  node: string,
  definition: string,
  catalogue: Catalogue,
): ReadonlyMap<string, Json> {
  const loop = bodyAt(workflow, place).nodes.get(node);
  const body = bodyAt(workflow, definition);
  const ports = portsOf(workflow, body, catalogue).map((one) => one.name);
  const outputs = new Set(outputsOf(workflow, body, catalogue).map((one) => one.name));
  if (loop?.type === "flow/map" && !loop.inputs.has("each")) return new Map([["each", ports.slice(0, 1)]]);
  if (loop?.type === "flow/fold" && !loop.inputs.has("carry")) {
    return new Map([["carry", ports.filter((one) => outputs.has(one)).slice(0, 1)]]);
  }
  return new Map();
}
