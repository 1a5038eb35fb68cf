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
  firstFitting,
  looseEnd,
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
      end();
      if (!from || landed.current || taken.current) return;
      const point = pointOf(event);
      const over = elementAt(point);
      const node = over?.closest(".react-flow__node")?.getAttribute("data-id");
      if (node) {
        const handle = firstFitting(scene, from, circle, node);
        if (handle !== null && !over?.closest(".react-flow__handle")) link(wireTo(scene, from, node, handle));
      } else if (over?.closest(".react-flow__edge") || isEmptyCanvas(over)) {
        useUi.getState().openPalette({ at: canvasPoint(point), screen: point, from });
      }
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
    if (edge) relink(edge, connection);
  }, []);

  const reconnectEnd = useCallback((event: MouseEvent | TouchEvent) => {
    const edge = taken.current;
    taken.current = null;
    if (!edge || landed.current) return;
    if (isEmptyCanvas(elementAt(pointOf(event))))
      useDocuments.getState().edit(t("edit.disconnect"), (workflow, place) => cut(workflow, place, edge));
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
      onReconnectEnd: reconnectEnd,
      onEdgeDoubleClick: doubleClicked,
    }),
    [begin, connected, ended, valid, reconnectStart, reconnected, reconnectEnd, doubleClicked],
  );
}

/** Lead an output to an input, as its face says: one link, or one more. */
export function link(wire: Omit<Wire, "many"> & { readonly many?: boolean }): void {
  const input = currentScene()
    ?.nodes.get(wire.target)
    ?.face.inputs.find((one) => one.name === wire.input);
  const whole = { ...wire, many: input?.many ?? false };
  useDocuments.getState().edit(t("edit.connect"), (workflow, place) => lead(workflow, place, whole));
}

/** Take a link's end elsewhere; in the list of an input it keeps its place. */
function relink(edge: Edge, { source, sourceHandle, target, targetHandle }: FlowConnection): void {
  const output = sourceHandle ?? "";
  const input = targetHandle ?? "";
  const many =
    currentScene()
      ?.nodes.get(target)
      ?.face.inputs.find((one) => one.name === input)?.many ?? false;
  useDocuments
    .getState()
    .edit(t("edit.reconnect"), (workflow, place) =>
      relead(workflow, place, edge, { source, output, target, input, many }),
    );
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
    const handle = firstFitting(scene, from, circle, node);
    return handle === null ? null : { node, handle: null, refusal: "", title: nameOf(scene, node, handle) };
  }
  const handle = socket.getAttribute("data-handleid") ?? "";
  const side = socket.classList.contains("source") ? "output" : "input";
  const refusal = refusalOf(scene, from, circle, { node, side, handle });
  const words = refusal ? refusalWords(refusal, scene, catalogue, from, { node, handle }) : "";
  return { node, handle, refusal: words, title: nameOf(scene, node, handle) };
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
