/** Connecting and disconnecting. */

import { isArray, type Json } from "../json.ts";
import { bodyAt, type Edge, edgesInto, linkOf, linkTo, type Place, type Workflow } from "../workflow.ts";
import { drop, objectAt, put, rawAt } from "./edit.ts";

export interface Connection {
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
  /** Whether the input takes many links: a new one is added to those that are there. */
  readonly many: boolean;
}

/** Lead an output to an input. A link that is there already is left alone. */
export function connect(workflow: Workflow, place: Place, link: Connection): Workflow {
  if (!objectAt(workflow, place, ["nodes"]).has(link.target)) return workflow;
  const path = ["nodes", link.target, "inputs", link.input];
  const before = rawAt(workflow, place, path);
  const value = linkTo(link.source, link.output);
  if (!link.many) return put(workflow, place, path, value);
  const items: readonly Json[] = isArray(before) ? before : linkOf(before) ? [before as Json] : [];
  const there = items.some((item) => {
    const one = linkOf(item);
    return one?.node === link.source && one.output === link.output;
  });
  return there ? workflow : put(workflow, place, path, [...items, value]);
}

/** Take a link away; the input has its default again, or the rest of its links. */
export function disconnect(workflow: Workflow, place: Place, edge: Edge): Workflow {
  const path = ["nodes", edge.target, "inputs", edge.input];
  const value = rawAt(workflow, place, path);
  if (edge.index === null || !isArray(value)) return drop(workflow, place, path);
  const left = value.filter((_, index) => index !== edge.index);
  return left.length > 0 ? put(workflow, place, path, left) : drop(workflow, place, path);
}

/** Whether leading `source` to `target` would close a circle. */
export function wouldCircle(workflow: Workflow, place: Place, source: string, target: string): boolean {
  const { nodes } = bodyAt(workflow, place);
  const seen = new Set<string>();
  const waiting = [source];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === target) return true;
    const node = nodes.get(id);
    if (seen.has(id) || !node) continue;
    seen.add(id);
    for (const edge of edgesInto(id, node)) waiting.push(edge.source);
  }
  return false;
}
