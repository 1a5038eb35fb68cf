/** What the canvas draws at the place where one is: positions, faces and geometry of nodes, and the links. */

import { useMemo } from "react";
import { positionsOf } from "../graph/arrange.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { type Face, facesOf } from "../graph/face.ts";
import { type Geometry, type GeometryOptions, geometryOf } from "../graph/geometry.ts";
import {
  type Annotation,
  type Body,
  type Box,
  bodyAt,
  type Edge,
  edgesInto,
  type Place,
  type Workflow,
  type WorkflowNode,
} from "../graph/workflow.ts";
import { useCatalogue } from "./catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "./documents.ts";
import { usePictured } from "./session.ts";

export const PICTURE_HEIGHT = 208;

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
  readonly pictured: boolean;
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

  make(workflow: Workflow, place: Place, catalogue: Catalogue, pictures: ReadonlySet<string>): Scene {
    const body = bodyAt(workflow, place);
    const faces = facesOf(workflow, body, catalogue);
    const positions = positionsOf(body, faces);
    const nodes = new Map<string, SceneNode>();
    const edges: Edge[] = [];
    for (const [id, node] of body.nodes) {
      const into = edgesInto(id, node);
      const face = faces.get(id);
      if (!face) continue;
      for (const edge of into) if (body.nodes.has(edge.source)) edges.push(edge);
      nodes.set(id, this.node(id, node, face, positions.get(id) ?? [0, 0], body, into, pictures.has(id)));
    }
    this.known = nodes;
    return { body, nodes, edges, frames: body.layout.frames, notes: body.layout.notes };
  }

  private node(
    id: string,
    node: WorkflowNode,
    face: Face,
    at: readonly [number, number],
    body: Body,
    into: readonly Edge[],
    pictured: boolean,
  ): SceneNode {
    const collapsed = body.layout.collapsed.has(id);
    const colour = body.layout.colours.get(id) ?? "";
    const size = body.layout.sizes.get(id);
    const before = this.known.get(id);
    const picture = pictured && !collapsed ? PICTURE_HEIGHT : 0;
    if (
      before &&
      before.node === node &&
      before.face === face &&
      before.at[0] === at[0] &&
      before.at[1] === at[1] &&
      before.collapsed === collapsed &&
      before.colour === colour &&
      before.pictured === picture > 0 &&
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
      picture,
      linked,
    });
    return { id, node, face, geometry, at, collapsed, colour, size, pictured: picture > 0, linked };
  }
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

const NO_DOCUMENT: Workflow = new Map();
const scenes = new Scenes();
let made: { readonly key: readonly unknown[]; readonly scene: Scene } | null = null;

function sceneFor(
  workflow: Workflow,
  place: Place,
  catalogue: Catalogue,
  pictures: readonly string[],
): Scene {
  const key = [workflow, place, catalogue, pictures];
  if (!made?.key.every((one, index) => one === key[index])) {
    made = { key, scene: scenes.make(workflow, place, catalogue, new Set(pictures)) };
  }
  return made.scene;
}

/** What there is to draw, made anew when the document, the place or the node types change. */
export function useScene(): Scene {
  const workflow = useWorkflow() ?? NO_DOCUMENT;
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const tab = useDocuments((state) => state.active);
  const pictures = usePictured(tab ?? "");
  return useMemo(
    () => sceneFor(workflow, place, catalogue, pictures),
    [workflow, place, catalogue, pictures],
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
