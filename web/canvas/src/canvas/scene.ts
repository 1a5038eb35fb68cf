/** What the canvas draws at the place where one is: positions, faces and geometry of nodes, and the links. */

import { positionsOf } from "../graph/arrange.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { type Face, facesOf } from "../graph/face.ts";
import { type Geometry, geometryOf } from "../graph/geometry.ts";
import {
  type Body,
  bodyAt,
  type Edge,
  edgesInto,
  type Place,
  type Workflow,
  type WorkflowNode,
} from "../graph/workflow.ts";

export const PICTURE_HEIGHT = 208;

export interface SceneNode {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly face: Face;
  readonly geometry: Geometry;
  readonly at: readonly [number, number];
  readonly collapsed: boolean;
  readonly colour: string;
  /** Inputs that a link leads to. */
  readonly linked: ReadonlySet<string>;
}

export interface Scene {
  readonly body: Body;
  readonly nodes: ReadonlyMap<string, SceneNode>;
  readonly edges: readonly Edge[];
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
    return { body, nodes, edges };
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
      (before.geometry.picture?.height ?? 0) === picture &&
      (size === undefined || before.geometry.width === size[0])
    ) {
      return before;
    }
    const linked = new Set(into.map((edge) => edge.input));
    const geometry = geometryOf(face, { width: size?.[0], collapsed, picture, linked });
    return { id, node, face, geometry, at, collapsed, colour, linked };
  }
}
