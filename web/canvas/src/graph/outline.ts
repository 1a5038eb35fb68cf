/** What each input of a body may be linked to, for lists. */

import { type Face, titleOf } from "./face.ts";
import { fitsInput, type Shape } from "./shape.ts";
import { type Body, edgesOf } from "./workflow.ts";

/** The nodes that need a node, directly or through others, and itself. */
export function needing(body: Body, id: string): ReadonlySet<string> {
  const followers = new Map<string, string[]>();
  for (const { source, target } of edgesOf(body)) {
    const those = followers.get(source);
    if (those) those.push(target);
    else followers.set(source, [target]);
  }
  const found = new Set([id]);
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const one of followers.get(next) ?? []) {
      if (found.has(one)) continue;
      found.add(one);
      waiting.push(one);
    }
  }
  return found;
}

/** What people read of the nodes in a list, where no place tells them apart: those called the same have their id. */
export function titlesIn(body: Body, faces: ReadonlyMap<string, Face>): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  const called = new Map<string, number>();
  for (const [id, node] of body.nodes) {
    const face = faces.get(id);
    const title = face ? titleOf(node, face) : id;
    titles.set(id, title);
    called.set(title, (called.get(title) ?? 0) + 1);
  }
  for (const [id, title] of titles) if (called.get(title) !== 1) titles.set(id, `${title} (${id})`);
  return titles;
}

/** An output that may be linked to, with what people read of it. */
export interface Source {
  readonly node: string;
  readonly output: string;
  readonly title: string;
  readonly shape: Shape;
}

/** The outputs of all nodes but those of `except`. */
export function sourcesOf(
  body: Body,
  faces: ReadonlyMap<string, Face>,
  order: readonly string[],
  except: ReadonlySet<string>,
): readonly Source[] {
  const titles = titlesIn(body, faces);
  return order.flatMap((id) => {
    const face = faces.get(id);
    if (!face || except.has(id)) return [];
    const title = titles.get(id) ?? id;
    return face.outputs.map((one) => ({
      node: id,
      output: one.name,
      title: `${title} · ${one.title}`,
      shape: one.shape,
    }));
  });
}

/** The sources that fit an input. */
export function fittingSources(
  sources: readonly Source[],
  input: { readonly shape: Shape; readonly many: boolean },
): readonly Source[] {
  return sources.filter((one) => fitsInput(one.shape, input.shape, input.many));
}
