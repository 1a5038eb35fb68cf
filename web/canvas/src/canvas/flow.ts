/** A scene as React Flow wants it: the nodes and links near what is seen, the same objects while nothing changed. */

import { type Edge as FlowEdge, type Node as FlowNode, Position } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Catalogue } from "../graph/catalogue.ts";
import { titleOf } from "../graph/face.ts";
import { isPortCard } from "../graph/port-cards.ts";
import type { Annotation, Box, Edge } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useGestures } from "../state/gestures.ts";
import { byTouch } from "../state/pointing.ts";
import { boxOf, type Scene, type SceneNode, socketAt } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { seenIn, useView } from "../state/view.ts";
import { colourOf } from "./colours.ts";
import { Grid } from "./grid.ts";

export type CardNode = FlowNode<{ readonly scene: SceneNode }, "card">;
export type AnnotationNode = FlowNode<{ readonly annotation: Annotation }, "frame" | "note">;
export type PortNode = FlowNode<{ readonly scene: SceneNode }, "ports">;
export type CanvasNode = CardNode | PortNode | AnnotationNode;

type At = readonly [number, number];

/** A box of canvas units around what is seen, which changes only now and then while one pans. */
function useNearby(): Box {
  const [x, y, width, height] = useView(
    useShallow(({ view, size }) => {
      const seen = seenIn(view, size);
      const tile = 2 ** Math.ceil(Math.log2(Math.max(seen.width, seen.height, 1) / 4));
      const left = Math.floor((seen.x - tile / 4) / tile) * tile;
      const top = Math.floor((seen.y - tile / 4) / tile) * tile;
      const right = Math.ceil((seen.x + seen.width + tile / 4) / tile) * tile;
      const bottom = Math.ceil((seen.y + seen.height + tile / 4) / tile) * tile;
      return [left, top, right - left, bottom - top] as const;
    }),
  );
  return useMemo(() => ({ x, y, width, height }), [x, y, width, height]);
}

interface Near {
  readonly nodes: readonly string[];
  readonly edges: readonly Edge[];
}

/**
 * The links that may be seen, and the nodes that may be, or that such a link needs. Nodes of `moving` are where
 * the scene does not say, so their links count too; nodes of `kept` are there wherever they stand.
 */
export function nearIn(scene: Scene, box: Box, moving: ReadonlySet<string>, kept: Iterable<string>): Near {
  const nodes = new Set<string>(kept);
  const { boxes, links, order } = gridsOf(scene);
  for (const { id, at, geometry } of boxes.near(box)) {
    if (overlaps(box, at[0], at[1], at[0] + geometry.width, at[1] + geometry.height)) nodes.add(id);
  }
  const edges = new Set<Edge>();
  for (const edge of links.near(box)) {
    const source = scene.nodes.get(edge.source);
    const target = scene.nodes.get(edge.target);
    if (source && target && crosses(box, source, target)) edges.add(edge);
  }
  if (moving.size > 0) {
    for (const edge of scene.edges) if (moving.has(edge.source) || moving.has(edge.target)) edges.add(edge);
  }
  for (const { source, target } of edges) {
    nodes.add(source);
    nodes.add(target);
  }
  // In the order of the document, which is that of drawing: what is on the page is not put elsewhere on it.
  const inOrder = <T extends Edge | string>(those: ReadonlySet<T>): T[] =>
    [...those].sort((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0));
  return { nodes: inOrder(nodes), edges: inOrder(edges) };
}

interface Grids {
  readonly boxes: Grid<SceneNode>;
  readonly links: Grid<Edge>;
  readonly order: ReadonlyMap<Edge | string, number>;
}

const grids = new WeakMap<Scene, Grids>();

/** The nodes and links of a scene by where they are, made once: while one pans, only those near are looked at. */
function gridsOf(scene: Scene): Grids {
  const known = grids.get(scene);
  if (known) return known;
  const order = new Map<Edge | string, number>();
  const made: Grids = { boxes: new Grid(), links: new Grid(), order };
  for (const [id, one] of scene.nodes) {
    order.set(id, order.size);
    made.boxes.add(one, boxOf(one));
  }
  for (const edge of scene.edges) {
    order.set(edge, order.size);
    const source = scene.nodes.get(edge.source);
    const target = scene.nodes.get(edge.target);
    if (source && target) made.links.add(edge, boxAround(source, target));
  }
  grids.set(scene, made);
  return made;
}

const BULGE = 120; // how far a link may swing beyond its ends

function crosses(box: Box, source: SceneNode, target: SceneNode): boolean {
  const { x, y, width, height } = boxAround(source, target);
  return overlaps(box, x, y, x + width, y + height);
}

/** The box that holds a link, however it bends. */
function boxAround(source: SceneNode, target: SceneNode): Box {
  const [x, y] = [source.at[0] + source.geometry.width, source.at[1]];
  const [u, v] = target.at;
  const [left, top] = [Math.min(x, u) - BULGE, Math.min(y, v)];
  const bottom = Math.max(y + source.geometry.height, v + target.geometry.height);
  return { x: left, y: top, width: Math.max(x, u) + BULGE - left, height: bottom - top };
}

function overlaps({ x, y, width, height }: Box, left: number, top: number, right: number, bottom: number) {
  return left <= x + width && right >= x && top <= y + height && bottom >= y;
}

export interface Flow {
  readonly nodes: CanvasNode[];
  readonly edges: FlowEdge[];
}

const NOTHING: Flow = { nodes: [], edges: [] };

/** What React Flow is to draw; nothing while the overview is drawn instead. */
export function useFlow(scene: Scene, moves: ReadonlyMap<string, At>, overview: boolean): Flow {
  const nearby = useNearby();
  const selected = useSelection((state) => state.nodes);
  const annotations = useSelection((state) => state.annotations);
  const from = useGestures((state) => state.from?.node);
  const current = useSelection((state) => state.current);
  const moving = useSame(moves);
  const near = useMemo(() => {
    if (overview) return null;
    const kept = [...selected, ...moving, from, current].filter(
      (id): id is string => typeof id === "string" && scene.nodes.has(id),
    );
    return nearIn(scene, nearby, moving, kept);
  }, [overview, scene, nearby, selected, moving, from, current]);
  const nodes = useFlowNodes(scene, near, moves, selected, annotations);
  const edges = useFlowEdges(scene, near);
  return near ? { nodes, edges } : NOTHING;
}

/** What is dragged: the same set for as long as it is the same, wherever it is dragged to. */
function useSame(moves: ReadonlyMap<string, At>): ReadonlySet<string> {
  const known = useRef<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const same = known.current.size === moves.size && [...moves.keys()].every((id) => known.current.has(id));
    if (!same) known.current = new Set(moves.keys());
    return known.current;
  }, [moves]);
}

function useFlowNodes(
  scene: Scene,
  near: Near | null,
  moves: ReadonlyMap<string, At>,
  selected: ReadonlySet<string>,
  annotations: ReadonlySet<string>,
): CanvasNode[] {
  const known = useRef(new Map<string, CanvasNode>());
  return useMemo(() => {
    const now = new Map<string, CanvasNode>();
    if (!near) return [];
    const kinds = [
      ["frame", scene.frames],
      ["note", scene.notes],
    ] as const;
    for (const [kind, list] of kinds) {
      for (const one of list) {
        const id = `${kind}:${one.id}`;
        now.set(id, annotationNode(id, kind, one, moves.get(id), annotations.has(id), known.current.get(id)));
      }
    }
    // In the order of the document, whoever is current: Tab goes through them as they stand in the page.
    for (const id of near.nodes) {
      const one = scene.nodes.get(id);
      if (!one) continue;
      const [x, y] = moves.get(id) ?? one.at;
      const before = known.current.get(id);
      const isSelected = selected.has(id);
      const same =
        (before?.type === "card" || before?.type === "ports") &&
        before.data.scene === one &&
        before.position.x === x &&
        before.position.y === y &&
        before.selected === isSelected;
      now.set(id, same ? before : cardNode(one, x, y, isSelected));
    }
    known.current = now;
    return [...now.values()];
  }, [scene, near, moves, selected, annotations]);
}

// React Flow describes its nodes in English, and as something they are not to the keyboard here.
const PLAIN = { "aria-roledescription": undefined };

function annotationNode(
  id: string,
  kind: "frame" | "note",
  one: Annotation,
  move: At | undefined,
  selected: boolean,
  before: CanvasNode | undefined,
): CanvasNode {
  const [x, y] = move ?? [one.box.x, one.box.y];
  if (
    before &&
    before.type !== "card" &&
    before.type !== "ports" &&
    before.data.annotation === one &&
    before.position.x === x &&
    before.position.y === y &&
    before.selected === selected
  ) {
    return before;
  }
  const { width, height } = one.box;
  return {
    id,
    type: kind,
    position: { x, y },
    data: { annotation: one },
    selected,
    width,
    height,
    measured: { width, height },
    handles: [],
    zIndex: kind === "frame" ? -10 : selected ? 11 : 0, // a note that is written is not hidden by nodes
    dragHandle: ".annotation-grip",
    domAttributes: PLAIN,
    ...(kind === "frame" ? { style: { pointerEvents: "none" as const } } : {}),
  };
}

function cardNode(one: SceneNode, x: number, y: number, selected: boolean): CardNode | PortNode {
  const { width, height, inputs, outputs } = one.geometry;
  const handle = (side: "source" | "target", name: string, at: number) => ({
    id: name,
    type: side,
    position: side === "source" ? Position.Right : Position.Left,
    x: side === "source" ? width - 6 : -6,
    y: at - 6,
    width: 12,
    height: 12,
  });
  return {
    id: one.id,
    ...(isPortCard(one.id)
      ? {
          type: "ports" as const,
          draggable: false,
          selectable: false,
          style: { pointerEvents: "all" as const }, // which neither of the two would have
        }
      : { type: "card" as const, draggable: selected || !byTouch() }),
    position: { x, y },
    data: { scene: one },
    selected,
    width,
    height,
    // Sizes and handles are known, so nothing must be mounted to be measured.
    measured: { width, height },
    handles: [
      ...[...inputs].map(([name, at]) => handle("target", name, at)),
      ...[...outputs].map(([name, at]) => handle("source", name, at)),
    ],
    zIndex: selected ? 10 : 0,
    domAttributes: PLAIN,
  };
}

function useFlowEdges(scene: Scene, near: Near | null): FlowEdge[] {
  const catalogue = useCatalogue((state) => state.catalogue);
  const selected = useSelection((state) => state.edges);
  const insertion = useGestures((state) => state.insertion);
  const known = useRef(new Map<string, FlowEdge>());
  return useMemo(() => {
    const now = new Map<string, FlowEdge>();
    for (const edge of near?.edges ?? []) {
      const made = flowEdge(edge, scene, catalogue, selected.has(edge.id), insertion === edge.id);
      const before = known.current.get(edge.id);
      now.set(edge.id, before && sameEdge(before, made) ? before : made);
    }
    known.current = now;
    return [...now.values()];
  }, [scene, near, catalogue, selected, insertion]);
}

function flowEdge(
  edge: Edge,
  scene: Scene,
  catalogue: Catalogue,
  selected: boolean,
  inserting: boolean,
): FlowEdge {
  const source = scene.nodes.get(edge.source);
  const target = scene.nodes.get(edge.target);
  const output = source?.face.outputs.find((one) => one.name === edge.output);
  return {
    id: edge.id,
    source: edge.source,
    sourceHandle: edge.output,
    target: edge.target,
    targetHandle: edge.input,
    selected,
    ariaLabel: t("link.label", {
      from: source ? titleOf(source.node, source.face) : edge.source,
      to: target ? titleOf(target.node, target.face) : edge.target,
    }),
    domAttributes: PLAIN,
    className: inserting ? "insert-here" : "",
    style: { stroke: colourOf(output?.shape ?? { is: "any" }, catalogue) },
  };
}

function sameEdge(one: FlowEdge, other: FlowEdge): boolean {
  return (
    one.source === other.source &&
    one.sourceHandle === other.sourceHandle &&
    one.selected === other.selected &&
    one.className === other.className &&
    one.ariaLabel === other.ariaLabel &&
    one.style?.stroke === other.style?.stroke
  );
}

/** The link that runs under a box: where a node that is dropped there would be put in between. */
export function linkUnder(scene: Scene, edges: readonly Edge[], box: Box, fits: (edge: Edge) => boolean) {
  for (const edge of edges) {
    const source = scene.nodes.get(edge.source);
    const target = scene.nodes.get(edge.target);
    if (!source || !target || !crosses(box, source, target)) continue;
    const from = socketAt(source, "output", edge.output);
    const to = socketAt(target, "input", edge.input);
    if (runsThrough(from, to, box) && fits(edge)) return edge;
  }
  return null;
}

const STEPS = 24;

/** Whether the curve between two sockets runs through a box. */
export function runsThrough([x, y]: At, [u, v]: At, box: Box): boolean {
  const reach = u >= x ? (u - x) / 2 : 6.25 * Math.sqrt(x - u);
  for (let step = 0; step <= STEPS; step++) {
    const s = step / STEPS;
    const r = 1 - s;
    const px = r ** 3 * x + 3 * r * r * s * (x + reach) + 3 * r * s * s * (u - reach) + s ** 3 * u;
    const py = (r ** 3 + 3 * r * r * s) * y + (3 * r * s * s + s ** 3) * v;
    if (px >= box.x && px <= box.x + box.width && py >= box.y && py <= box.y + box.height) return true;
  }
  return false;
}
