/** The nodes around a node, nearest first: what a question about it needs of its document. */

import { type Body, edgesOf } from "./workflow.ts";

/** The ids of a node and of those that links join to it, nearest first, `most` of them at most. */
export function neighbourhood(body: Body, node: string, most: number): string[] {
  const beside = new Map<string, string[]>();
  const join = (one: string, other: string) => {
    const known = beside.get(one);
    if (known) known.push(other);
    else beside.set(one, [other]);
  };
  for (const { source, target } of edgesOf(body)) {
    join(source, target);
    join(target, source);
  }
  const found = new Set([node]);
  for (const one of found) {
    for (const other of beside.get(one) ?? []) {
      if (found.size >= most) return [...found];
      if (body.nodes.has(other)) found.add(other);
    }
  }
  return [...found];
}
