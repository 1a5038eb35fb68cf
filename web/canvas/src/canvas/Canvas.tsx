/** The node canvas. Maps a scene to React Flow, and the gestures that it reports to commands. */

import "./canvas.css";
import {
  Background,
  BackgroundVariant,
  BezierEdge,
  ConnectionLineType,
  type Edge as FlowEdge,
  ReactFlow,
  ReactFlowProvider,
  SmoothStepEdge,
  StraightEdge,
  useReactFlow,
  type Viewport,
} from "@xyflow/react";
import { type RefObject, Suspense, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments } from "../state/documents.ts";
import { enterNode } from "../state/entering.ts";
import { type SocketAt, useGestures } from "../state/gestures.ts";
import { boxOf, type Scene, useScene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { useSettings } from "../state/settings.ts";
import { isEmptyCanvas, surfaceHasFocus, useSurface } from "../state/surface.ts";
import { useUi } from "../state/ui.ts";
import { canvasPoint, MAX_ZOOM, MIN_ZOOM, OVERVIEW_ZOOM, useView } from "../state/view.ts";
import { later } from "../ui/later.tsx";
import { draggedArtifact, openDropped } from "./artifact-drop.ts";
import { CanvasTools } from "./CanvasTools.tsx";
import { ConnectionHint } from "./ConnectionHint.tsx";
import { FrameCard } from "./FrameCard.tsx";
import { type CanvasNode, useFlow } from "./flow.ts";
import { LookingBar } from "./LookingBar.tsx";
import { Minimap } from "./Minimap.tsx";
import { NodeCard } from "./NodeCard.tsx";
import { NoteCard } from "./NoteCard.tsx";
import { Overview } from "./Overview.tsx";
import { PortCard } from "./PortCard.tsx";
import { nodeAt } from "./paint.ts";
import { useConnecting } from "./use-connecting.ts";
import { useDragging } from "./use-dragging.ts";
import { useSelecting } from "./use-selecting.ts";
import { useShowing } from "./use-showing.ts";

const ContextMenu = later(async () => (await import("./ContextMenu.tsx")).ContextMenu);
const SocketMenu = later(async () => (await import("./SocketMenu.tsx")).SocketMenu);
const Palette = later(async () => (await import("./palette/Palette.tsx")).Palette);

const EDGE_TYPES = {
  curved: { default: BezierEdge },
  stepped: { default: SmoothStepEdge },
  straight: { default: StraightEdge },
};
const LINE_TYPES = {
  curved: ConnectionLineType.Bezier,
  stepped: ConnectionLineType.SmoothStep,
  straight: ConnectionLineType.Straight,
};
const NODE_TYPES = { card: NodeCard, frame: FrameCard, note: NoteCard, ports: PortCard };

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Surface />
    </ReactFlowProvider>
  );
}

function Surface() {
  const t = useT();
  const surface = useRef<HTMLDivElement>(null);
  const scene = useScene();
  const ready = useCatalogue((state) => state.loaded || state.error !== "");
  const minimap = useSettings((state) => state.minimap);
  const palette = useUi((state) => state.palette);
  const menu = useGestures((state) => state.menu);
  const socket = useGestures((state) => state.socketMenu);
  const connecting = useGestures((state) => state.from !== null);
  const measured = useView((state) => state.size.width > 0);
  const tab = useDocuments((state) => state.active);
  useMeasured(surface);
  useSurface(surface);
  useEffect(() => {
    // Who presses a key for the palette types on at once.
    const idle = setTimeout(Palette.ahead, 500);
    return () => clearTimeout(idle);
  }, []);

  const doubleClicked = (event: React.MouseEvent) => {
    // The overview takes the pointer for the whole surface.
    const onSurface = event.target === event.currentTarget;
    if (!onSurface && !isEmptyCanvas(event.target)) return;
    const at = canvasPoint([event.clientX, event.clientY]);
    const hit = useView.getState().view.zoom < OVERVIEW_ZOOM ? nodeAt(scene, at) : null;
    if (hit) {
      const { x, y, width, height } = boxOf(hit);
      useView.getState().show({ kind: "centre", at: [x + width / 2, y + height / 2], zoom: 1 });
    } else {
      useUi.getState().openPalette({ at, screen: [event.clientX, event.clientY], from: null });
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what a double click does, keys do too
    <div
      className="canvas"
      ref={surface}
      onDoubleClick={doubleClicked}
      onContextMenu={(event) => openSocketMenu(event) || openMenu(event, scene)}
      onDragOver={draggedArtifact.over}
      onDrop={openDropped}
      data-connecting={connecting || undefined}
    >
      {ready && measured && tab !== null && <Flow scene={scene} surface={surface} />}
      {ready && scene.body.nodes.size === 0 && scene.notes.length === 0 && (
        <div className="canvas-empty">
          <h2>{t("canvas.empty.title")}</h2>
          <p>{t("canvas.empty.body")}</p>
        </div>
      )}
      <LookingBar />
      <CanvasTools />
      {minimap && scene.nodes.size > 0 && <Minimap scene={scene} />}
      <ConnectionHint />
      <Suspense>
        {palette && <Palette key={String(palette.screen)} palette={palette} scene={scene} />}
        {menu && <ContextMenu menu={menu} />}
        {socket && <SocketMenu socket={socket} />}
      </Suspense>
    </div>
  );
}

interface FlowProps {
  readonly scene: Scene;
  readonly surface: RefObject<HTMLDivElement | null>;
}

function Flow({ scene, surface }: FlowProps) {
  const t = useT();
  const wheel = useSettings((state) => state.wheel);
  const snap = useSettings((state) => state.snap);
  const links = useSettings((state) => state.links);
  const overview = useView((state) => state.view.zoom < OVERVIEW_ZOOM);
  const dragging = useDragging(scene);
  const connecting = useConnecting(scene);
  const selecting = useSelecting(dragging.change);
  // React Flow takes its first view after it has drawn once: nodes would flash somewhere else before.
  const placed = useReactFlow().viewportInitialized;
  const { nodes, edges } = useFlow(scene, dragging.moves, overview || !placed);
  const home = useShowing(scene);
  const see = useCallback(
    (_: unknown, { x, y, zoom }: Viewport) => useView.getState().see({ x, y, zoom }),
    [],
  );
  return (
    <>
      {overview && surface.current && <Overview scene={scene} surface={surface.current} />}
      <ReactFlow<CanvasNode, FlowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES[links]}
        connectionLineType={LINE_TYPES[links]}
        defaultViewport={home}
        onMove={see}
        {...dragging.handlers}
        {...connecting}
        {...selecting}
        onNodeDoubleClick={enterBody}
        onlyRenderVisibleElements
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        elevateNodesOnSelect={false}
        selectNodesOnDrag
        multiSelectionKeyCode={MULTI}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        panOnScroll={wheel === "pan"}
        zoomOnScroll={wheel === "zoom"}
        snapToGrid={snap}
        snapGrid={GRID}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        reconnectRadius={14}
        connectionRadius={24}
        nodeDragThreshold={2}
        tabIndex={0}
        aria-label={t("canvas.label")}
        ariaLabelConfig={{
          "node.a11yDescription.default": t("canvas.node_help"),
          "node.a11yDescription.keyboardDisabled": t("canvas.node_help"),
          "edge.a11yDescription.default": t("canvas.link_help"),
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.5} color="var(--canvas-dots)" />
      </ReactFlow>
    </>
  );
}

/** A double click on a node that has bodies goes in, but for its title, which is renamed by that. */
function enterBody(event: React.MouseEvent, { id }: CanvasNode): void {
  const on = event.target instanceof Element ? event.target : null;
  if (!on?.closest(".node-header, input, textarea, select, button")) enterNode(id);
}

const MULTI = ["Control", "Meta", "Shift"];
const GRID: [number, number] = [8, 8];

/** Keep what the canvas measures on the page. */
function useMeasured(surface: RefObject<HTMLDivElement | null>): void {
  useLayoutEffect(() => {
    const element = surface.current;
    if (!element) return;
    const measure = () => {
      const { left, top, width, height } = element.getBoundingClientRect();
      useView.getState().measure({ width, height }, [left, top]);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [surface]);
}

/** The input or output that is under the pointer: its socket or its name. */
function socketUnder(target: Element): Omit<SocketAt, "at"> | null {
  const row = target.closest(".node-row");
  const isOutput = target.matches(".source, .node-label.output");
  const handle = row?.querySelector(isOutput ? ".react-flow__handle.source" : ".react-flow__handle.target");
  const [node, name] = [handle?.getAttribute("data-nodeid"), handle?.getAttribute("data-handleid")];
  const onName = target.closest(".react-flow__handle, .node-label, .control-name");
  return onName && node && name ? { node, name, output: isOutput } : null;
}

/** The menu for an input or output, where the pointer is over one; ports have a menu of their own. */
function openSocketMenu(event: React.MouseEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const socket = target && socketUnder(target);
  if (socket) {
    useGestures.getState().openSocketMenu({ ...socket, at: [event.clientX, event.clientY] });
    event.preventDefault();
  }
  return Boolean(socket || target?.closest(".port-card"));
}

/** The menu for what is under the pointer, or for what the keyboard is at. */
function openMenu(event: React.MouseEvent, scene: Scene): void {
  const target = event.target instanceof Element ? event.target : null;
  if (!target?.closest(".react-flow") || target.closest("input, textarea, select, img, a")) return;
  event.preventDefault();
  const selection = useSelection.getState();
  const at = [event.clientX, event.clientY] as const;
  const edge = target.closest(".react-flow__edge")?.getAttribute("data-id");
  const seenFromAfar = useView.getState().view.zoom < OVERVIEW_ZOOM;
  const hit = seenFromAfar ? (nodeAt(scene, canvasPoint(at))?.id ?? null) : null;
  const node = target.closest(".react-flow__node")?.getAttribute("data-id") ?? hit;
  if (edge) {
    if (!selection.edges.has(edge)) selection.select([], [edge]);
    useGestures.getState().openMenu({ kind: "link", at });
    return;
  }
  if (node) {
    const annotation = !scene.nodes.has(node);
    if (annotation && !selection.annotations.has(node)) selection.select([], [], [node]);
    if (!annotation && !selection.nodes.has(node)) selection.select([node]);
    if (!annotation) selection.setCurrent(node);
    useGestures.getState().openMenu({ kind: "node", at });
    return;
  }
  const byKeys = surfaceHasFocus() && selection.nodes.size > 0 && event.detail === 0 && event.button !== 2;
  useGestures.getState().openMenu({ kind: byKeys ? "node" : "canvas", at });
}
