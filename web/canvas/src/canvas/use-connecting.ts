/** Drawing links: what may go where, what happens on empty canvas, on a title, and when an end is taken elsewhere. */

import type {
  Connection as FlowConnection,
  Edge as FlowEdge,
  HandleType,
  OnConnectStartParams,
} from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import { cut, lead, relead } from "../graph/commands/leading.ts";
import { titleOf } from "../graph/face.ts";
import type { Edge } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments } from "../state/documents.ts";
import { type Target, useGestures } from "../state/gestures.ts";
import { addWaypoint } from "../state/moving.ts";
import { currentScene, type Scene } from "../state/scene.ts";
import { isEmptyCanvas } from "../state/surface.ts";
import { type LooseEnd, useUi } from "../state/ui.ts";
import { canvasPoint } from "../state/view.ts";
import {
  circleOf,
  inputOf,
  looseEnd,
  meantSockets,
  nowhereWords,
  refusalOf,
  refusalWords,
  type Wire,
  wireTo,
} from "../state/wiring.ts";

type At = readonly [number, number];

export function useConnecting(scene: Scene) {
  /** The link whose end is being taken elsewhere. */
  const taken = useRef<Edge | null>(null);
  const landed = useRef(false);
  const begin = useCallback(
    (_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      const side = handleType === "target" ? "input" : "output";
      const from = nodeId ? looseEnd(scene, nodeId, side, handleId ?? "") : null;
      landed.current = false;
      if (!from) return;
      useGestures.getState().begin(from, circleOf(scene, from));
      watchTarget();
    },
    [scene],
  );

  const valid = useCallback(
    ({ source, sourceHandle, target, targetHandle }: FlowConnection | FlowEdge) => {
      const { from, circle } = useGestures.getState();
      if (!from) return false;
      const [node, side, handle] =
        from.side === "output"
          ? ([target, "input", targetHandle ?? ""] as const)
          : ([source, "output", sourceHandle ?? ""] as const);
      return refusalOf(scene, from, circle, { node, side, handle }) === null;
    },
    [scene],
  );

  const connected = useCallback(({ source, sourceHandle, target, targetHandle }: FlowConnection) => {
    landed.current = true;
    link({ source, output: sourceHandle ?? "", target, input: targetHandle ?? "", many: false });
  }, []);

  const ended = useCallback(
    (event: MouseEvent | TouchEvent) => {
      const { from, circle, end } = useGestures.getState();
      const edge = taken.current;
      taken.current = null;
      end();
      if (!from || landed.current) return; // Escape left it as it was
      drop(scene, from, circle, edge, pointOf(event));
    },
    [scene],
  );

  const reconnectStart = useCallback(
    (_: unknown, { id }: FlowEdge, _side: HandleType) => {
      taken.current = scene.edges.find((edge) => edge.id === id) ?? null;
    },
    [scene],
  );

  const reconnected = useCallback((_: FlowEdge, connection: FlowConnection) => {
    landed.current = true;
    const edge = taken.current;
    const { source, sourceHandle, target, targetHandle } = connection;
    if (edge) relink(edge, { source, output: sourceHandle ?? "", target, input: targetHandle ?? "" });
  }, []);

  const doubleClicked = useCallback(
    (event: { clientX: number; clientY: number }, { id }: FlowEdge) => {
      const edge = scene.edges.find((one) => one.id === id);
      if (edge) addWaypoint(edge, canvasPoint([event.clientX, event.clientY]));
    },
    [scene],
  );

  return useMemo(
    () => ({
      onConnectStart: begin,
      onClickConnectStart: begin,
      onConnect: connected,
      onConnectEnd: ended,
      onClickConnectEnd: ended,
      isValidConnection: valid,
      onReconnectStart: reconnectStart,
      onReconnect: reconnected,
      onEdgeDoubleClick: doubleClicked,
    }),
    [begin, connected, ended, valid, reconnectStart, reconnected, doubleClicked],
  );
}

/** Let go of a link, a new one or `edge` whose end was taken, beside all sockets that it fits. */
function drop(scene: Scene, from: LooseEnd, circle: ReadonlySet<string>, edge: Edge | null, at: At): void {
  const over = elementAt(at);
  const node = over?.closest(".react-flow__node")?.getAttribute("data-id");
  if (node && scene.nodes.has(node)) {
    if (over?.closest(".react-flow__handle")) return; // the refusal was said
    const sockets = meantSockets(scene, from, circle, node);
    const [only] = sockets;
    if (sockets.length > 1) chooseSocket({ from, node, sockets, edge, at });
    else if (only !== undefined) place(scene, from, node, only, edge);
  } else if (edge) {
    if (isEmptyCanvas(over))
      useDocuments.getState().edit(t("edit.disconnect"), (workflow, here) => cut(workflow, here, edge));
  } else if (over?.closest(".react-flow__edge") || isEmptyCanvas(over)) {
    useUi.getState().openPalette({ at: canvasPoint(at), screen: at, from });
  }
}

/** Lead an output to an input, as its face says: one link, or one more. */
export function link(wire: Omit<Wire, "many"> & { readonly many?: boolean }): void {
  const input = inputOf(currentScene()?.nodes.get(wire.target), wire.input);
  const whole = { ...wire, many: input?.many ?? false };
  useDocuments.getState().edit(t("edit.connect"), (workflow, place) => lead(workflow, place, whole));
}

/** Take a link's end elsewhere; in the list of an input it keeps its place. */
function relink(edge: Edge, wire: Omit<Wire, "many">): void {
  const many = inputOf(currentScene()?.nodes.get(wire.target), wire.input)?.many ?? false;
  useDocuments
    .getState()
    .edit(t("edit.reconnect"), (workflow, here) => relead(workflow, here, edge, { ...wire, many }));
}

/** Connect a loose end to a socket, or take the link there that the end is of. */
export function place(scene: Scene, from: LooseEnd, node: string, handle: string, edge: Edge | null): void {
  const wire = wireTo(scene, from, node, handle);
  if (edge) relink(edge, wire);
  else link(wire);
}

/** What `ConnectPicker` asks where a link was dropped on a node that has several sockets for it. */
export interface SocketChoice {
  readonly from: LooseEnd;
  readonly node: string;
  readonly sockets: readonly string[];
  /** The link whose end was taken, if it is not a new one. */
  readonly edge: Edge | null;
  /** On the page, in pixels. */
  readonly at: At;
}

function chooseSocket(choice: SocketChoice): void {
  useUi.getState().openDialog("connect", choice);
}

/** While a link is drawn: say what it is held over, and whether it can go there. */
function watchTarget(): void {
  const moved = (event: PointerEvent) => {
    const { from, over } = useGestures.getState();
    const scene = currentScene();
    if (from && scene)
      over(targetAt([event.clientX, event.clientY], from, scene), [event.clientX, event.clientY]);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape") useGestures.getState().end();
  };
  window.addEventListener("pointermove", moved);
  window.addEventListener("keydown", key, true);
  const stop = useGestures.subscribe(({ from }) => {
    if (from) return;
    stop();
    window.removeEventListener("pointermove", moved);
    window.removeEventListener("keydown", key, true);
  });
}

function targetAt(point: At, from: LooseEnd, scene: Scene): Target | null {
  const over = elementAt(point);
  const node = over?.closest(".react-flow__node")?.getAttribute("data-id");
  if (!node || node === from.node || !scene.nodes.has(node)) return null;
  const { catalogue } = useCatalogue.getState();
  const { circle } = useGestures.getState();
  const socket = over?.closest(".react-flow__handle");
  if (!socket) {
    const sockets = meantSockets(scene, from, circle, node);
    const [only] = sockets;
    if (only === undefined) {
      return { node, handle: null, refusal: nowhereWords(catalogue, from, circle, node), words: "" };
    }
    const words =
      sockets.length > 1
        ? t("wire.choose", { count: sockets.length })
        : t("wire.accepted", { name: nameOf(scene, node, only) });
    return { node, handle: null, refusal: "", words };
  }
  const handle = socket.getAttribute("data-handleid") ?? "";
  const side = socket.classList.contains("source") ? "output" : "input";
  const refusal = refusalOf(scene, from, circle, { node, side, handle });
  return {
    node,
    handle,
    refusal: refusal ? refusalWords(refusal, scene, catalogue, from, { node, handle }) : "",
    words: t("wire.accepted", { name: nameOf(scene, node, handle) }),
  };
}

function nameOf(scene: Scene, node: string, handle: string): string {
  const one = scene.nodes.get(node);
  if (!one) return handle;
  const socket = [...one.face.inputs, ...one.face.outputs].find(({ name }) => name === handle);
  return t("wire.name", { socket: socket?.title ?? handle, node: titleOf(one.node, one.face) });
}

function pointOf(event: MouseEvent | TouchEvent): At {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return [point?.clientX ?? 0, point?.clientY ?? 0];
}

/** What the pointer is over, the hint beside it left out. */
function elementAt([x, y]: At): Element | null {
  return document.elementFromPoint(x, y);
}
