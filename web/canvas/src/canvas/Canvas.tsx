/** The node canvas. The only file that knows React Flow: it maps a scene to it, and its gestures to commands. */

import "@xyflow/react/dist/base.css";
import "./canvas.css";
import {
  Background,
  BackgroundVariant,
  type Connection as FlowConnection,
  type Edge as FlowEdge,
  type Node as FlowNode,
  type NodeChange,
  type OnSelectionChangeParams,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { moveNodes } from "../graph/commands/layout.ts";
import { connect, wouldCircle } from "../graph/commands/links.ts";
import { fitsInput } from "../graph/shape.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "../state/documents.ts";
import { useSelection } from "../state/selection.ts";
import { usePictured } from "../state/session.ts";
import { useSettings } from "../state/settings.ts";
import { useViewport } from "../state/viewport.ts";
import { draggedArtifact, openDropped } from "./artifact-drop.ts";
import { colourOf } from "./colours.ts";
import { LookingBar } from "./LookingBar.tsx";
import { NodeCard } from "./NodeCard.tsx";
import { type Scene, type SceneNode, Scenes } from "./scene.ts";

type CardNode = FlowNode<{ readonly scene: SceneNode }, "card">;
type At = readonly [number, number];

const NODE_TYPES = { card: NodeCard };
const NO_MOVES: ReadonlyMap<string, At> = new Map();

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow() {
  const t = useT();
  const scene = useScene();
  const edit = useDocuments((state) => state.edit);
  const selected = useSelection((state) => state.nodes);
  const selectedEdges = useSelection((state) => state.edges);
  const wheel = useSettings((state) => state.wheel);
  const [moves, setMoves] = useState(NO_MOVES);
  const nodes = useFlowNodes(scene, moves, selected);
  const edges = useFlowEdges(scene, selectedEdges);

  const change = useCallback((changes: NodeChange<CardNode>[]) => {
    const moved = changes.flatMap((one) =>
      one.type === "position" && one.position ? [[one.id, [one.position.x, one.position.y]] as const] : [],
    );
    if (moved.length > 0) setMoves((before) => new Map([...before, ...moved]));
  }, []);

  const dropped = useCallback(() => {
    setMoves((made) => {
      if (made.size > 0) {
        // The document learns of a drag once, when it ends.
        queueMicrotask(() => edit(t("edit.move"), (workflow, place) => moveNodes(workflow, place, made)));
      }
      return NO_MOVES;
    });
  }, [edit, t]);

  const connected = useCallback(
    ({ source, sourceHandle, target, targetHandle }: FlowConnection) => {
      const many = inputOf(scene, target, targetHandle)?.many ?? false;
      const link = { source, output: nameOf(sourceHandle), target, input: nameOf(targetHandle), many };
      edit(t("edit.connect"), (workflow, place) => connect(workflow, place, link));
    },
    [edit, scene, t],
  );

  const valid = useCallback(
    ({ source, sourceHandle, target, targetHandle }: FlowConnection | FlowEdge) => {
      const input = inputOf(scene, target, targetHandle ?? null);
      const output = scene.nodes.get(source)?.face.outputs.find((one) => one.name === nameOf(sourceHandle));
      if (!input || !output || input.fixed || source === target) return false;
      return fitsInput(output.shape, input.shape, input.many) && !circles(source, target);
    },
    [scene],
  );

  const choose = useCallback(({ nodes: chosen, edges: links }: OnSelectionChangeParams) => {
    const now = useSelection.getState();
    const ids = chosen.map((one) => one.id);
    const linkIds = links.map((one) => one.id);
    if (!same(now.nodes, ids) || !same(now.edges, linkIds)) now.select(ids, linkIds);
  }, []);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be opened from the gallery too
    <div className="canvas" onDragOver={draggedArtifact.over} onDrop={openDropped}>
      <Reveal scene={scene} />
      <LookingBar />
      <ReactFlow<CardNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={change}
        onNodeDragStop={dropped}
        onSelectionDragStop={dropped}
        onConnect={connected}
        isValidConnection={valid}
        onSelectionChange={choose}
        onlyRenderVisibleElements
        edgesFocusable={false}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll={wheel === "pan"}
        zoomOnScroll={wheel === "zoom"}
        minZoom={0.02}
        maxZoom={4}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
        aria-label={t("canvas.label")}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--canvas-dots)" />
      </ReactFlow>
      {scene.nodes.size === 0 && (
        <div className="canvas-empty">
          <h2>{t("canvas.empty.title")}</h2>
          <p>{t("canvas.empty.body")}</p>
        </div>
      )}
    </div>
  );
}

/** Moves to the node that something asks to be shown. */
function Reveal({ scene }: { readonly scene: Scene }) {
  const request = useViewport((state) => state.request);
  const { setCenter, getZoom } = useReactFlow();
  const done = useRef(0);
  useEffect(() => {
    const one = request && request.number !== done.current ? scene.nodes.get(request.node) : undefined;
    if (!one || !request) return;
    done.current = request.number;
    const [x, y] = one.at;
    const { width, height } = one.geometry;
    void setCenter(x + width / 2, y + height / 2, { zoom: Math.max(getZoom(), 0.7), duration: 200 });
  }, [request, scene, setCenter, getZoom]);
  return null;
}

/** What there is to draw, made anew when the document, the place or the node types change. */
function useScene(): Scene {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const tab = useDocuments((state) => state.active);
  const pictures = usePictured(tab ?? "");
  const scenes = useRef(new Scenes());
  return useMemo(
    () => scenes.current.make(workflow ?? new Map(), place, catalogue, new Set(pictures)),
    [workflow, place, catalogue, pictures],
  );
}

function useFlowNodes(
  scene: Scene,
  moves: ReadonlyMap<string, At>,
  selected: ReadonlySet<string>,
): CardNode[] {
  const known = useRef(new Map<string, CardNode>());
  return useMemo(() => {
    const now = new Map<string, CardNode>();
    for (const [id, one] of scene.nodes) {
      const [x, y] = moves.get(id) ?? one.at;
      const before = known.current.get(id);
      const isSelected = selected.has(id);
      const same =
        before?.data.scene === one &&
        before.position.x === x &&
        before.position.y === y &&
        before.selected === isSelected;
      now.set(id, same ? before : flowNode(one, x, y, isSelected));
    }
    known.current = now;
    return [...now.values()];
  }, [scene, moves, selected]);
}

function flowNode(one: SceneNode, x: number, y: number, selected: boolean): CardNode {
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
    type: "card",
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
    dragHandle: ".node-header, .node-waypoint",
  };
}

function useFlowEdges(scene: Scene, selected: ReadonlySet<string>): FlowEdge[] {
  const catalogue = useCatalogue((state) => state.catalogue);
  return useMemo(
    () =>
      scene.edges.map((edge) => {
        const output = scene.nodes.get(edge.source)?.face.outputs.find((one) => one.name === edge.output);
        return {
          id: edge.id,
          source: edge.source,
          sourceHandle: edge.output,
          target: edge.target,
          targetHandle: edge.input,
          selected: selected.has(edge.id),
          style: { stroke: colourOf(output?.shape ?? { is: "any" }, catalogue) },
        };
      }),
    [scene, catalogue, selected],
  );
}

function inputOf(scene: Scene, node: string, handle: string | null) {
  return scene.nodes.get(node)?.face.inputs.find((one) => one.name === nameOf(handle));
}

function nameOf(handle: string | null | undefined): string {
  return handle ?? "";
}

function circles(source: string, target: string): boolean {
  const { tabs, active } = useDocuments.getState();
  const tab = tabs.find((one) => one.key === active);
  return tab ? wouldCircle(tab.history.present, tab.trail.at(-1) ?? null, source, target) : false;
}

function same(one: ReadonlySet<string>, other: readonly string[]): boolean {
  return one.size === other.length && other.every((id) => one.has(id));
}
