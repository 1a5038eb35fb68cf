/** What may be linked to what on the canvas, and why not, in words. */

import { type Catalogue, valueTitle } from "../graph/catalogue.ts";
import type { Face, InputFace, OutputFace } from "../graph/face.ts";
import { isPortCard, isPortEdge } from "../graph/port-cards.ts";
import { fitsInput, type Shape } from "../graph/shape.ts";
import type { Edge } from "../graph/workflow.ts";
import { type Key, t } from "../i18n/i18n.ts";
import type { Scene, SceneNode } from "./scene.ts";
import type { LooseEnd } from "./ui.ts";

export interface Wire {
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
  readonly many: boolean;
}

/** The nodes that would close a circle with this end: all that it needs, or all that need it; and itself. */
export function circleOf(scene: Scene, from: Pick<LooseEnd, "node" | "side">): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of scene.edges) {
    const [key, value] = from.side === "output" ? [target, source] : [source, target];
    const list = next.get(key);
    if (list) list.push(value);
    else next.set(key, [value]);
  }
  const found = new Set([from.node]);
  const waiting = [from.node];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const one of next.get(id) ?? []) {
      if (found.has(one)) continue;
      found.add(one);
      waiting.push(one);
    }
  }
  return found;
}

/** A loose end for a socket of a node, or null where there is none such. */
export function looseEnd(
  scene: Scene,
  node: string,
  side: "input" | "output",
  handle: string,
): LooseEnd | null {
  const face = scene.nodes.get(node)?.face;
  const sockets: readonly (InputFace | OutputFace)[] =
    (side === "input" ? face?.inputs : face?.outputs) ?? [];
  const found = sockets.find((one) => one.name === handle);
  return found ? { node, handle, side, shape: found.shape } : null;
}

/** The link between a loose end and a socket on the other side. */
export function wireTo(scene: Scene, from: LooseEnd, node: string, handle: string): Wire {
  const [source, output, target, input] =
    from.side === "output" ? [from.node, from.handle, node, handle] : [node, handle, from.node, from.handle];
  return { source, output, target, input, many: inputOf(scene.nodes.get(target), input)?.many ?? false };
}

export function inputOf(node: SceneNode | undefined, name: string): InputFace | undefined {
  return node?.face.inputs.find((one) => one.name === name);
}

function outputOf(node: SceneNode | undefined, name: string): OutputFace | undefined {
  return node?.face.outputs.find((one) => one.name === name);
}

type Refusal = "side" | "fixed" | "circle" | "self" | "type";

/** Why a loose end can not be linked to a socket; null where it can. */
export function refusalOf(
  scene: Scene,
  from: LooseEnd,
  circle: ReadonlySet<string>,
  to: { readonly node: string; readonly side: "input" | "output"; readonly handle: string },
): Refusal | null {
  if (to.side === from.side) return "side";
  if (to.node === from.node || (isPortCard(to.node) && isPortCard(from.node))) return "self";
  const wire = wireTo(scene, from, to.node, to.handle);
  const output = outputOf(scene.nodes.get(wire.source), wire.output);
  const input = inputOf(scene.nodes.get(wire.target), wire.input);
  if (!output || !input) return "type";
  if (input.fixed) return "fixed";
  if (circle.has(to.node)) return "circle";
  return fitsInput(output.shape, input.shape, input.many) ? null : "type";
}

/**
 * The sockets that a loose end may be meant for when it is dropped on a node as a whole: those that are free and
 * that only a link can fill, where there are any; else those that are free; else all that it fits.
 */
export function meantSockets(
  scene: Scene,
  from: LooseEnd,
  circle: ReadonlySet<string>,
  node: string,
): readonly string[] {
  const one = scene.nodes.get(node);
  if (!one) return [];
  const side = from.side === "output" ? "input" : "output";
  const fits = ({ name }: OutputFace) =>
    refusalOf(scene, from, circle, { node, side, handle: name }) === null;
  if (side === "output") return one.face.outputs.filter(fits).map(({ name }) => name);
  const fitting = one.face.inputs.filter(fits);
  const free = fitting.filter((input) => input.many || !one.linked.has(input.name));
  const bare = free.filter((input) => input.control === "none");
  return [bare, free, fitting].find((some) => some.length > 0)?.map(({ name }) => name) ?? [];
}

/** Inputs in the order in which a link is to find them: those that only a link can fill come first. */
function inTurn(inputs: readonly InputFace[]): readonly InputFace[] {
  return [
    ...inputs.filter((one) => one.control === "none"),
    ...inputs.filter((one) => one.control !== "none"),
  ];
}

/** Why a loose end fits nowhere on a node, as a sentence. */
export function nowhereWords(
  catalogue: Catalogue,
  from: LooseEnd,
  circle: ReadonlySet<string>,
  node: string,
): string {
  if (circle.has(node)) return t("wire.refused.circle");
  const type = shapeTitle(from.shape, catalogue);
  return t(from.side === "output" ? "wire.refused.no_input" : "wire.refused.no_output", { type });
}

/** A refusal as a sentence. */
export function refusalWords(
  refusal: Refusal,
  scene: Scene,
  catalogue: Catalogue,
  from: LooseEnd,
  to: { readonly node: string; readonly handle: string },
): string {
  if (refusal === "side") return t(from.side === "output" ? "wire.refused.outputs" : "wire.refused.inputs");
  if (refusal === "self" || refusal === "circle") return t(`wire.refused.${refusal}`);
  const wire = wireTo(scene, from, to.node, to.handle);
  const input = inputOf(scene.nodes.get(wire.target), wire.input);
  if (refusal === "fixed") return t("wire.refused.fixed", { input: input?.title ?? wire.input });
  const output = outputOf(scene.nodes.get(wire.source), wire.output);
  return t("wire.refused.type", {
    given: shapeTitle(output?.shape ?? { is: "any" }, catalogue),
    wanted: shapeTitle(input?.shape ?? { is: "any" }, catalogue),
  });
}

const PLAIN: Readonly<Record<string, Key>> = {
  any: "type.any",
  text: "type.text",
  number: "type.number",
  whole: "type.whole",
  boolean: "type.boolean",
  nothing: "type.nothing",
};

/** The words for a type: "Latent", "list of Image", "Text or Number". */
export function shapeTitle(shape: Shape, catalogue: Catalogue): string {
  switch (shape.is) {
    case "value":
    case "class":
      return shape.title ?? valueTitle(catalogue, shape.name);
    case "choice":
      return t("type.choice");
    case "list":
      return t("type.list", { of: shapeTitle(shape.of, catalogue) });
    case "union": {
      const titles = new Set(
        shape.of.filter((one) => one.is !== "nothing").map((one) => shapeTitle(one, catalogue)),
      );
      if (titles.size === 0) return t("type.nothing");
      return [...titles].reduce((one, other) => t("type.either", { one, other }));
    }
    case "variable":
      return shape.bound ? shapeTitle(shape.bound, catalogue) : t("type.any");
    default:
      return t(PLAIN[shape.is] ?? "type.any");
  }
}

/** How a node goes in between the ends of a link; null where it does not fit there. */
export function throughNode(
  scene: Scene,
  edge: Pick<Edge, "source" | "output" | "target" | "input">,
  node: string,
): { readonly node: string; readonly input: string; readonly many: boolean; readonly output: string } | null {
  const face = scene.nodes.get(node)?.face;
  if (!face || node === edge.source || node === edge.target) return null;
  const found = throughFace(scene, edge, face);
  return found && { node, ...found };
}

/** The same of a node that is not there yet. */
export function throughFace(
  scene: Scene,
  edge: Pick<Edge, "source" | "output" | "target" | "input">,
  face: Pick<Face, "inputs" | "outputs">,
): { readonly input: string; readonly many: boolean; readonly output: string } | null {
  if (isPortEdge(edge)) return null;
  const [source, target] = [scene.nodes.get(edge.source), scene.nodes.get(edge.target)];
  const given = outputOf(source, edge.output);
  const wanted = inputOf(target, edge.input);
  if (!given || !wanted) return null;
  const fitting = inTurn(face.inputs).filter(
    (one) => !one.fixed && fitsInput(given.shape, one.shape, one.many),
  );
  const input = fitting.find((one) => one.type === given.type) ?? fitting[0];
  const output = face.outputs.find((one) => fitsInput(one.shape, wanted.shape, wanted.many));
  return input && output ? { input: input.name, many: input.many, output: output.name } : null;
}
