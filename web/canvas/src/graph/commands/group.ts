/** Making a definition of nodes: what crosses its border goes through ports. */

import { isArray, isObject, type Json, type JsonObject, setIn, writeJson } from "../json.ts";
import { followersOf } from "../order.ts";
import {
  bodyAt,
  edgesInto,
  linkOf,
  linksOf,
  linkTo,
  type Place,
  type Workflow,
  type WorkflowNode,
} from "../workflow.ts";
import { BY_NODE, piecesAt } from "./copies.ts";
import { addDefinition } from "./definitions.ts";
import { changeAllLinks, freeName, freeText, objectAt, put, rawAt } from "./edit.ts";
import { forgetLayout } from "./nodes.ts";
import { leadPort, OWN_INPUTS } from "./ports.ts";

export interface Grouped {
  readonly workflow: Workflow;
  readonly definition: string;
  /** The node that stands for the group. */
  readonly call: string;
}

/** Why nodes can not become one: there are none, or something between them would need the group and feed it. */
export type GroupRefusal = "nothing" | "circle";

/** A port of the new definition while it is made. */
interface Port {
  readonly name: string;
  /** What the node that stands for the group gets there; undefined where only the interface leads to it. */
  readonly value: Json | undefined;
  readonly places: { readonly node: string; readonly input: string }[];
}

/** Whether nodes can become a definition; null if they can. */
export function groupRefusal(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
): GroupRefusal | null {
  const { nodes } = bodyAt(workflow, place);
  const chosen = [...nodes].filter(([id]) => ids.has(id));
  if (chosen.length === 0) return "nothing";
  const after = behind(nodes, ids);
  const circle = chosen.some(([id, node]) => edgesInto(id, node).some((edge) => after.has(edge.source)));
  return circle ? "circle" : null;
}

/** The nodes outside that need one of `ids`, directly or through others. */
function behind(nodes: ReadonlyMap<string, WorkflowNode>, ids: ReadonlySet<string>): ReadonlySet<string> {
  const followers = followersOf(nodes);
  const found = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const next of followers.get(id) ?? []) {
      if (ids.has(next) || found.has(next)) continue;
      found.add(next);
      waiting.push(next);
    }
  }
  return found;
}

/** Make a definition of nodes, and put a call of it in their place. */
export function group(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  name: string,
): Grouped | { readonly refused: GroupRefusal } {
  const refused = groupRefusal(workflow, place, ids);
  if (refused) return { refused };
  const pieces = piecesAt(workflow, place, ids);
  const inside = new Inside(workflow, place, pieces.nodes);
  const outputs = outputsOfGroup(workflow, place, ids);
  const parts = new Map<string, Json>([
    ["nodes", inside.nodes],
    [
      "interface",
      new Map<string, Json>([
        ["inputs", new Map(inside.ports.map((port) => [port.name, rawPort(port)]))],
        ["outputs", new Map([...outputs.values()].map((one) => [one.name, one.raw]))],
      ]),
    ],
  ]);
  const layout = layoutOf(pieces.layout, ids);
  if (layout.size > 0) parts.set("layout", layout);
  const added = addDefinition(workflow, name, parts);
  const call = callId(workflow, place, name);
  const led = leadThrough(added.workflow, place, ids, call, inside.ports, outputs);
  const placed = putCall(led, place, ids, call, rawCall(added.name, inside.ports));
  const at = middle(workflow, place, ids);
  const forgotten = forgetLayout(placed, place, ids);
  const done = at ? put(forgotten, place, ["layout", "positions", call], at) : forgotten;
  return { workflow: done, definition: added.name, call };
}

function callId(workflow: Workflow, place: Place, name: string): string {
  return freeName(/[A-Za-z0-9]/.test(name) ? name : "part", objectAt(workflow, place, ["nodes"]));
}

/** The nodes of a group with their inputs as they are inside, and the ports that these need. */
class Inside {
  readonly ports: Port[] = [];
  nodes: JsonObject;
  private readonly byKey = new Map<string, Port>();
  private readonly names = new Set(OWN_INPUTS);
  private readonly promoted = new Map<string, string[]>();
  private readonly ids: JsonObject;

  constructor(workflow: Workflow, place: Place, chosen: JsonObject) {
    this.ids = chosen;
    this.nodes = chosen;
    this.gatherPromoted(workflow, place);
    for (const id of chosen.keys()) {
      const inputs = objectAt(workflow, place, ["nodes", id, "inputs"]);
      for (const [input, value] of inputs) this.input(id, input, value);
      for (const key of this.promoted.keys()) {
        const [node = "", input = ""] = JSON.parse(key) as string[];
        if (node === id && !inputs.has(input)) this.port(id, input, undefined);
      }
    }
  }

  private gatherPromoted(workflow: Workflow, place: Place): void {
    for (const [name, port] of bodyAt(workflow, place).interface.inputs) {
      for (const one of [port, ...port.also]) {
        if (!this.ids.has(one.node)) continue;
        const key = JSON.stringify([one.node, one.input]);
        this.promoted.set(key, [...(this.promoted.get(key) ?? []), name]);
      }
    }
  }

  private input(node: string, input: string, value: Json): void {
    const links = linksOf(value);
    const outer = links.filter((link) => !this.ids.has(link.node));
    if (outer.length === 0) {
      if (this.promoted.has(JSON.stringify([node, input]))) this.port(node, input, undefined);
    } else if (outer.length === links.length) {
      this.port(node, input, value);
      const raw = this.nodes.get(node);
      const inputs = isObject(raw) ? raw.get("inputs") : undefined;
      if (!isObject(raw) || !isObject(inputs)) return;
      const left = new Map([...inputs].filter(([name]) => name !== input));
      this.nodes = new Map(this.nodes).set(node, new Map(raw).set("inputs", left));
    } else {
      if (this.promoted.has(JSON.stringify([node, input]))) this.port(node, input, undefined);
      this.items(node, input, isArray(value) ? value : []);
    }
  }

  /** A port stands for a whole input: an item of a list comes through a waypoint that has the port's name. */
  private items(node: string, input: string, items: readonly Json[]): void {
    const now = items.map((item) => {
      const link = linkOf(item);
      if (!link || this.ids.has(link.node)) return item;
      return linkTo(this.waypoint(input, item), "value");
    });
    this.nodes = setIn(this.nodes, [node, "inputs", input], now) as JsonObject;
  }

  private waypoint(input: string, link: Json): string {
    const key = `item ${writeJson(link)}`;
    const known = this.byKey.get(key);
    if (known) return known.name;
    const taken = { has: (name: string) => this.names.has(name) || this.nodes.has(name) };
    const name = freeName(input, taken);
    this.names.add(name);
    const raw = new Map<string, Json>([
      ["type", "flow/pass"],
      ["version", 1],
      ["inputs", new Map()],
    ]);
    this.nodes = new Map(this.nodes).set(name, raw);
    this.keep(key, { name, value: link, places: [{ node: name, input: "value" }] });
    return name;
  }

  private port(node: string, input: string, value: Json | undefined): void {
    const promoted = this.promoted.get(JSON.stringify([node, input])) ?? [];
    const key = JSON.stringify([value === undefined ? null : writeJson(value), promoted]);
    const known = this.byKey.get(key);
    if (known) {
      known.places.push({ node, input });
      return;
    }
    const name = freeText(input, this.names, "_");
    this.names.add(name);
    this.keep(key, { name, value, places: [{ node, input }] });
  }

  private keep(key: string, port: Port): void {
    this.byKey.set(key, port);
    this.ports.push(port);
  }
}

interface GroupOutput {
  readonly name: string;
  readonly raw: JsonObject;
}

/** What of a group is used outside, by `node.output`. */
function outputsOfGroup(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
): ReadonlyMap<string, GroupOutput> {
  const body = bodyAt(workflow, place);
  const found = new Map<string, GroupOutput>();
  const names = new Set<string>();
  const use = (node: string, output: string): void => {
    const key = `${node}.${output}`;
    if (!ids.has(node) || !body.nodes.has(node) || found.has(key)) return;
    const name = freeText(output, names, "_", "output");
    names.add(name);
    const raw = new Map([
      ["node", node],
      ["output", output],
    ]);
    found.set(key, { name, raw });
  };
  for (const [id, node] of body.nodes) {
    if (ids.has(id)) continue;
    for (const edge of edgesInto(id, node)) use(edge.source, edge.output);
  }
  for (const one of body.interface.outputs.values()) use(one.node, one.output);
  return found;
}

function rawPort({ places }: Port): JsonObject {
  const [first, ...others] = places.map(
    ({ node, input }) =>
      new Map<string, Json>([
        ["node", node],
        ["input", input],
      ]),
  );
  const raw = first ?? new Map<string, Json>();
  return others.length > 0 ? raw.set("also", others) : raw;
}

function rawCall(definition: string, ports: readonly Port[]): JsonObject {
  const inputs = new Map<string, Json>([["body", definition]]);
  for (const port of ports) if (port.value !== undefined) inputs.set(port.name, port.value);
  return new Map<string, Json>([
    ["type", "flow/call"],
    ["version", 1],
    ["inputs", inputs],
  ]);
}

/** What the layout of a place says of these nodes. */
export function layoutOf(layout: JsonObject, ids: { has(id: string): boolean }): JsonObject {
  const found = new Map<string, Json>();
  for (const part of BY_NODE) {
    const raw = layout.get(part);
    const kept = isObject(raw) ? new Map([...raw].filter(([id]) => ids.has(id))) : new Map();
    if (kept.size > 0) found.set(part, kept);
  }
  const collapsed = layout.get("collapsed");
  const kept = isArray(collapsed) ? collapsed.filter((id) => ids.has(String(id))) : [];
  if (kept.length > 0) found.set("collapsed", kept);
  return found;
}

/** The middle of where nodes stand, rounded down so that ungrouping finds it again. */
export function middle(workflow: Workflow, place: Place, ids: { has(id: string): boolean }): Json | null {
  const { positions } = bodyAt(workflow, place).layout;
  const those = [...positions].filter(([id]) => ids.has(id)).map(([, at]) => at);
  if (those.length === 0) return null;
  const half = (values: number[]) => Math.floor((Math.min(...values) + Math.max(...values)) / 2);
  return [half(those.map(([x]) => x)), half(those.map(([, y]) => y))];
}

/** Lead links and interface of the outer place to the ports of the call. */
function leadThrough(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  call: string,
  ports: readonly Port[],
  outputs: ReadonlyMap<string, GroupOutput>,
): Workflow {
  const portOf = (node: string, input: string) =>
    ports.find((port) => port.places.some((one) => one.node === node && one.input === input))?.name;
  let changed = changeAllLinks(workflow, place, (source, output, target) => {
    const port = ids.has(target) ? undefined : outputs.get(`${source}.${output}`);
    return port ? [linkTo(call, port.name)] : null;
  });
  const face = bodyAt(workflow, place).interface;
  for (const [name, port] of face.inputs) {
    const places = [{ node: port.node, input: port.input }, ...port.also];
    if (!places.some((one) => ids.has(one.node))) continue;
    const now = places.map((one) => {
      const inner = ids.has(one.node) ? portOf(one.node, one.input) : undefined;
      return inner === undefined ? one : { node: call, input: inner };
    });
    changed = leadPort(changed, place, name, now);
  }
  for (const [name, one] of face.outputs) {
    const port = outputs.get(`${one.node}.${one.output}`);
    if (!port) continue;
    const path = ["interface", "outputs", name];
    changed = put(changed, place, [...path, "node"], call);
    changed = put(changed, place, [...path, "output"], port.name);
  }
  return changed;
}

/** Put the call where the first node of the group stood in the order of the document. */
function putCall(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  call: string,
  raw: JsonObject,
): Workflow {
  const nodes = rawAt(workflow, place, ["nodes"]);
  const now = new Map<string, Json>();
  for (const [id, node] of isObject(nodes) ? nodes : []) {
    if (!ids.has(id)) now.set(id, node);
    else if (!now.has(call)) now.set(call, raw);
  }
  return put(workflow, place, ["nodes"], now);
}
