/** What differs between two states of a document. */

import { bodyAt, type Place, type Workflow } from "./workflow.ts";

/** The nodes at a place that are there after a change and were not, or were otherwise, before it. */
export function changedNodes(before: Workflow, after: Workflow, place: Place): readonly string[] {
  const [was, is] = [bodyAt(before, place), bodyAt(after, place)];
  return [...is.nodes].flatMap(([id, node]) => {
    const [from, to] = [was.layout.positions.get(id), is.layout.positions.get(id)];
    const moved = from?.[0] !== to?.[0] || from?.[1] !== to?.[1];
    return was.nodes.get(id) !== node || moved ? [id] : [];
  });
}
