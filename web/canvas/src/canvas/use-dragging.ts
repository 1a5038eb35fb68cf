/** Dragging nodes, frames and notes: drawn while it lasts, told to the document once when it ends. */

import type { NodeChange, OnNodeDrag } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { insideFrame } from "../graph/commands/annotations.ts";
import { type Edge, edgesInto } from "../graph/workflow.ts";
import { useGestures } from "../state/gestures.ts";
import { commitMoves } from "../state/moving.ts";
import { boxOf, type Scene } from "../state/scene.ts";
import { throughNode } from "../state/wiring.ts";
import { useEscape } from "../ui/use-escape.ts";
import { type CanvasNode, linkUnder } from "./flow.ts";

type At = readonly [number, number];

const NO_MOVES: ReadonlyMap<string, At> = new Map();

export function useDragging(scene: Scene) {
  const [moves, setMoves] = useState(NO_MOVES);
  const latest = useRef(NO_MOVES);
  /** What goes along with the frame that is dragged, with where it was. */
  const carried = useRef<{ readonly frame: string; readonly from: ReadonlyMap<string, At> } | null>(null);

  /** A drag goes on until the pointer lets go; what Escape ended before that moves nothing. */
  const gesture = useRef<"none" | "going" | "ended">("none");

  const change = useCallback((changes: NodeChange<CanvasNode>[]) => {
    if (gesture.current === "ended") return;
    const moved = changes.flatMap((one) =>
      one.type === "position" && one.position ? [[one.id, [one.position.x, one.position.y]] as const] : [],
    );
    if (moved.length === 0) return;
    const next = new Map<string, At>([...latest.current, ...moved]);
    const along = carried.current;
    const to = along && next.get(along.frame);
    const origin = along?.from.get(along.frame);
    if (along && to && origin) {
      for (const [id, [x, y]] of along.from) next.set(id, [x + to[0] - origin[0], y + to[1] - origin[1]]);
    }
    latest.current = next;
    setMoves(next);
  }, []);

  const begin = useCallback(() => {
    gesture.current = "going";
  }, []);

  useEscape(() => {
    if (gesture.current !== "going") return false;
    gesture.current = "ended";
    latest.current = NO_MOVES;
    setMoves(NO_MOVES);
    useGestures.getState().setInsertion(null);
    return true;
  });

  const start = useCallback<OnNodeDrag<CanvasNode>>(
    (_, node) => {
      begin();
      carried.current = node.type === "frame" ? { frame: node.id, from: contents(scene, node.id) } : null;
    },
    [scene, begin],
  );

  const drag = useCallback<OnNodeDrag<CanvasNode>>(
    (_, node, dragged) => {
      if (gesture.current === "ended") return;
      const one = node.type === "card" && dragged.length === 1 ? scene.nodes.get(node.id) : undefined;
      const edge =
        one && isLoose(scene, node.id)
          ? linkUnder(scene, scene.edges, { ...boxOf(one), ...node.position }, fitsThrough(scene, node.id))
          : null;
      useGestures.getState().setInsertion(edge?.id ?? null);
    },
    [scene],
  );

  const stop = useCallback(
    (event: { readonly altKey?: boolean }) => {
      const made = latest.current;
      const { insertion, setInsertion } = useGestures.getState();
      const edge = scene.edges.find((one) => one.id === insertion) ?? null;
      setInsertion(null);
      gesture.current = "none";
      carried.current = null;
      latest.current = NO_MOVES;
      setMoves(NO_MOVES);
      // After React Flow has ended the gesture: the document changes what it draws.
      if (made.size > 0) queueMicrotask(() => commitMoves(scene, made, event.altKey === true, edge));
    },
    [scene],
  );

  const handlers = useMemo(
    () => ({
      onNodeDragStart: start,
      onNodeDrag: drag,
      onSelectionDragStart: begin,
      onNodeDragStop: (event: unknown) => stop(event as { altKey?: boolean }),
      onSelectionDragStop: (event: unknown) => stop(event as { altKey?: boolean }),
    }),
    [start, drag, stop, begin],
  );
  return { moves, change, handlers };
}

/** Where everything in a frame is, and the frame itself, by the names that the canvas has for them. */
function contents(scene: Scene, frame: string): ReadonlyMap<string, At> {
  const own = scene.frames.find((one) => `frame:${one.id}` === frame);
  if (!own) return NO_MOVES;
  const boxes = new Map([...scene.nodes].map(([id, one]) => [id, boxOf(one)]));
  const inside = insideFrame(scene.body, own.box, boxes);
  const found = new Map<string, At>([[frame, [own.box.x, own.box.y]]]);
  for (const [id, { at }] of scene.nodes) if (inside.has(id)) found.set(id, at);
  for (const { id, box } of scene.frames) if (inside.has(id)) found.set(`frame:${id}`, [box.x, box.y]);
  for (const { id, box } of scene.notes) if (inside.has(id)) found.set(`note:${id}`, [box.x, box.y]);
  return found;
}

/** Whether a node has no links: only such a one is put on a link where it is dropped. */
function isLoose(scene: Scene, id: string): boolean {
  const node = scene.body.nodes.get(id);
  return !!node && edgesInto(id, node).length === 0 && !scene.edges.some((edge) => edge.source === id);
}

function fitsThrough(scene: Scene, node: string): (edge: Edge) => boolean {
  return (edge) => throughNode(scene, edge, node) !== null;
}
