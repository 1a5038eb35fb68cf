/** What the canvas draws at the place where one is: positions, faces and geometry of nodes, and the links. */

import { useMemo } from "react";
import { positionsOf } from "../graph/arrange.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { type Face, facesOf } from "../graph/face.ts";
import { type Geometry, type GeometryOptions, geometryOf } from "../graph/geometry.ts";
import { EMPTY_OBJECT } from "../graph/json.ts";
import {
  INPUTS_CARD,
  inputsFace,
  NEW_PORT,
  OUTPUTS_CARD,
  outputsFace,
  portEdges,
} from "../graph/port-cards.ts";
import {
  type Annotation,
  type Body,
  type Box,
  bodyAt,
  type Edge,
  edgesInto,
  type Interface,
  type Place,
  type Workflow,
  type WorkflowNode,
} from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { useCatalogue } from "./catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "./documents.ts";
import { type Shows, usePictured } from "./session.ts";
import { useSettings } from "./settings.ts";

const SHOWN_HEIGHTS: Readonly<Record<Shows["kind"], number>> = { picture: 208, plot: 72, text: 72 };

export interface SceneNode {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly face: Face;
  readonly geometry: Geometry;
  readonly at: readonly [number, number];
  readonly collapsed: boolean;
  readonly colour: string;
  /** The size that the layout gives it, if it does. */
  readonly size: readonly [number, number] | undefined;
  /** What is shown under its rows. */
  readonly shows: Shows["kind"] | null;
  /** Inputs that are in the interface. */
  readonly promoted: ReadonlySet<string>;
  /** Inputs that a link leads to. */
  readonly linked: ReadonlySet<string>;
}

export interface Scene {
  readonly body: Body;
  readonly nodes: ReadonlyMap<string, SceneNode>;
  readonly edges: readonly Edge[];
  readonly frames: readonly Annotation[];
  readonly notes: readonly Annotation[];
}

/** Makes scenes, in which a node is the same object for as long as nothing about it changed. */
export class Scenes {
  private known = new Map<string, SceneNode>();

  make(
    workflow: Workflow,
    place: Place,
    catalogue: Catalogue,
    pictures: ReadonlyMap<string, Shows>,
    ports = false,
  ): Scene {
    const body = bodyAt(workflow, place);
    const faces = facesOf(workflow, body, catalogue);
    const positions = positionsOf(body, faces);
    const nodes = new Map<string, SceneNode>();
    const edges: Edge[] = [];
    const promoted = promotedIn(body);
    for (const [id, node] of body.nodes) {
      const into = edgesInto(id, node);
      const face = faces.get(id);
      if (!face) continue;
      for (const edge of into) if (body.nodes.has(edge.source)) edges.push(edge);
      nodes.set(
        id,
        this.node(
          id,
          node,
          face,
          positions.get(id) ?? [0, 0],
          body,
          into,
          pictures.get(id) ?? null,
          promoted.get(id) ?? NONE,
        ),
      );
    }
    if (ports || place !== null) this.addCards(workflow, body, catalogue, nodes, edges);
    this.known = nodes;
    return { body, nodes, edges, frames: body.layout.frames, notes: body.layout.notes };
  }

  /** Put the cards of what comes in and goes out at the left and the right of everything. */
  private addCards(
    workflow: Workflow,
    body: Body,
    catalogue: Catalogue,
    nodes: Map<string, SceneNode>,
    edges: Edge[],
  ): void {
    const bounds = boundsOf({ body, nodes, edges, frames: body.layout.frames, notes: body.layout.notes });
    const { x, y, width } = bounds ?? { x: 0, y: 0, width: 0 };
    const cards = [
      [INPUTS_CARD, inputsFace(workflow, body, catalogue, t("ports.inputs")), x - CARD_GAP - CARD_WIDTH],
      [OUTPUTS_CARD, outputsFace(workflow, body, catalogue, t("ports.outputs")), x + width + CARD_GAP],
    ] as const;
    for (const [id, face, left] of cards) nodes.set(id, this.card(id, face, [left, y]));
    edges.push(...portEdges(body));
  }

  private card(id: string, face: Face, at: readonly [number, number]): SceneNode {
    const before = this.known.get(id);
    const same = before && before.at[0] === at[0] && before.at[1] === at[1] && sameSockets(before.face, face);
    if (same) return before;
    const node = { type: id, version: 1, title: "", mode: null, inputs: EMPTY_OBJECT };
    const linked = new Set(face.inputs.map((one) => one.name).filter((name) => name !== NEW_PORT));
    const geometry = geometryOf(face, { width: CARD_WIDTH });
    const rest = { collapsed: false, colour: "", size: undefined, shows: null, promoted: NONE };
    return { id, node, face, geometry, at, linked, ...rest };
  }

  private node(
    id: string,
    node: WorkflowNode,
    face: Face,
    at: readonly [number, number],
    body: Body,
    into: readonly Edge[],
    shown: Shows | null,
    promoted: ReadonlySet<string>,
  ): SceneNode {
    const collapsed = body.layout.collapsed.has(id);
    const colour = body.layout.colours.get(id) ?? "";
    const size = body.layout.sizes.get(id);
    const before = this.known.get(id);
    const shows = collapsed || isWritten(node, shown) ? null : (shown?.kind ?? null);
    if (
      before &&
      before.node === node &&
      before.promoted === promoted &&
      before.face === face &&
      before.at[0] === at[0] &&
      before.at[1] === at[1] &&
      before.collapsed === collapsed &&
      before.colour === colour &&
      before.shows === shows &&
      before.size?.[0] === size?.[0] &&
      before.size?.[1] === size?.[1]
    ) {
      return before;
    }
    const linked = new Set(into.map((edge) => edge.input));
    const geometry = sharedGeometry(face, {
      width: size?.[0],
      height: size?.[1],
      collapsed,
      picture: shows ? SHOWN_HEIGHTS[shows] : 0,
      linked,
    });
    return { id, node, face, geometry, at, collapsed, colour, size, shows, promoted, linked };
  }
}

/** Whether a node would only show the texts that are written in its inputs. */
function isWritten({ inputs }: WorkflowNode, shown: Shows | null): boolean {
  if (shown?.kind !== "text") return false;
  const written = new Set(inputs.values());
  return shown.texts.every((text) => written.has(text));
}

const geometries = new WeakMap<Face, Map<string, Geometry>>();

/** The geometry of a face; one for all nodes that have the same face and the same inputs linked. */
function sharedGeometry(face: Face, options: GeometryOptions & { readonly linked: ReadonlySet<string> }) {
  const { width, height, collapsed, picture, linked } = options;
  const key = [width, height, collapsed, picture, ...[...linked].sort()].join();
  const known = geometries.get(face) ?? new Map<string, Geometry>();
  const geometry = known.get(key) ?? geometryOf(face, options);
  geometries.set(face, known.set(key, geometry));
  return geometry;
}

const NONE: ReadonlySet<string> = new Set();
const promotedOf = new WeakMap<Interface, ReadonlyMap<string, ReadonlySet<string>>>();

/** The inputs of each node that are in the interface; worked out once for an interface. */
function promotedIn({ interface: face }: Body): ReadonlyMap<string, ReadonlySet<string>> {
  const before = promotedOf.get(face);
  if (before) return before;
  const found = new Map<string, Set<string>>();
  for (const port of face.inputs.values()) {
    for (const { node, input } of [port, ...port.also]) {
      const those = found.get(node);
      if (those) those.add(input);
      else found.set(node, new Set([input]));
    }
  }
  promotedOf.set(face, found);
  return found;
}

const CARD_WIDTH = 208;
const CARD_GAP = 96;

function sameSockets(one: Face, other: Face): boolean {
  const text = (face: Face) => JSON.stringify([face.title, face.inputs, face.outputs]);
  return text(one) === text(other);
}

const NO_DOCUMENT: Workflow = new Map();
const scenes = new Scenes();
let made: { readonly key: readonly unknown[]; readonly scene: Scene } | null = null;

function sceneFor(
  workflow: Workflow,
  place: Place,
  catalogue: Catalogue,
  pictures: ReadonlyMap<string, Shows>,
  ports: boolean,
): Scene {
  const key = [workflow, place, catalogue, pictures, ports];
  if (!made?.key.every((one, index) => one === key[index])) {
    made = { key, scene: scenes.make(workflow, place, catalogue, pictures, ports) };
  }
  return made.scene;
}

function hasInterface(workflow: Workflow): boolean {
  const { inputs, outputs } = bodyAt(workflow, null).interface;
  return inputs.size + outputs.size > 0;
}

/** What there is to draw, made anew when the document, the place or the node types change. */
export function useScene(): Scene {
  const workflow = useWorkflow() ?? NO_DOCUMENT;
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const tab = useDocuments((state) => state.active);
  const ports = useSettings((state) => state.ports) && hasInterface(workflow);
  const pictures = usePictured(tab ?? "");
  return useMemo(
    () => sceneFor(workflow, place, catalogue, pictures, ports),
    [workflow, place, catalogue, pictures, ports],
  );
}

/** The scene that was drawn last, for what is done by keys and menus. */
export function currentScene(): Scene | null {
  return made?.scene ?? null;
}

/** The box around nodes, or around everything; null where there is nothing. */
export function boundsOf(scene: Scene, ids: Iterable<string> | null = null): Box | null {
  const boxes: Box[] = ids ? [] : [...scene.frames, ...scene.notes].map((one) => one.box);
  for (const id of ids ?? scene.nodes.keys()) {
    const one = scene.nodes.get(id);
    if (one) boxes.push(boxOf(one));
  }
  if (boxes.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function boxOf({ at: [x, y], geometry: { width, height } }: SceneNode): Box {
  return { x, y, width, height };
}

/** Where a link meets its node: the middle of the socket, or of the side where the socket is not drawn. */
export function socketAt(one: SceneNode, side: "input" | "output", name: string): readonly [number, number] {
  const { width, height, inputs, outputs } = one.geometry;
  const y = (side === "input" ? inputs : outputs).get(name) ?? Math.min(18, height / 2);
  return [one.at[0] + (side === "output" ? width : 0), one.at[1] + y];
}
