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
  return order.flatMap((id) => {
    const [node, face] = [body.nodes.get(id), faces.get(id)];
    if (!node || !face || except.has(id)) return [];
    const title = titleOf(node, face);
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
