/** Nodes in the order in which they can run. */

import { type Body, edgesInto, type WorkflowNode } from "./workflow.ts";

/** The nodes that are linked to each node's outputs, each once. */
export function followersOf(
  nodes: ReadonlyMap<string, WorkflowNode>,
): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, string[]>();
  for (const [id, node] of nodes) {
    for (const { source } of edgesInto(id, node)) {
      const those = followers.get(source);
      if (!those) followers.set(source, [id]);
      else if (those.at(-1) !== id) those.push(id);
    }
  }
  return followers;
}

/**
 * The ids of the nodes, each after all that it needs; what that leaves open goes by the order of the document.
 * Nodes in a circle, which can not run, stand where the circle was met.
 */
export function runningOrder(body: Body): string[] {
  const order: string[] = [];
  const met = new Set<string>();
  for (const root of body.nodes.keys()) {
    const path = [{ id: root, needs: needsOf(body, root) }];
    if (met.has(root)) continue;
    met.add(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.needs.next();
      if (next.done) {
        order.push(top.id);
        path.pop();
      } else if (!met.has(next.value)) {
        met.add(next.value);
        path.push({ id: next.value, needs: needsOf(body, next.value) });
      }
    }
  }
  return order;
}

function needsOf(body: Body, id: string): Iterator<string> {
  const node = body.nodes.get(id);
  const edges = node ? edgesInto(id, node) : [];
  return edges
    .map((edge) => edge.source)
    .filter((source) => body.nodes.has(source))
    .values();
}
