/** What React Flow says is chosen, taken over into the selection. */

import type { EdgeChange, Edge as FlowEdge, NodeChange, OnEdgesChange, OnNodesChange } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { useSelection } from "../state/selection.ts";
import type { CanvasNode } from "./flow.ts";

interface Handlers {
  readonly onNodesChange: OnNodesChange<CanvasNode>;
  readonly onEdgesChange: OnEdgesChange<FlowEdge>;
  readonly onPaneClick: () => void;
}

export function useSelecting(positions: (changes: NodeChange<CanvasNode>[]) => void): Handlers {
  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      const chosen = changes.filter((one) => one.type === "select");
      if (chosen.length > 0) takeNodes(chosen);
      positions(changes);
    },
    [positions],
  );
  return useMemo(
    () => ({ onNodesChange, onEdgesChange: takeEdges, onPaneClick: () => useSelection.getState().clear() }),
    [onNodesChange],
  );
}

function takeNodes(changes: readonly { readonly id: string; readonly selected: boolean }[]): void {
  const { nodes, annotations, edges, select, setCurrent } = useSelection.getState();
  const [nextNodes, nextAnnotations] = [new Set(nodes), new Set(annotations)];
  for (const { id, selected } of changes) {
    const set = /^(frame|note):/.test(id) ? nextAnnotations : nextNodes;
    if (selected) set.add(id);
    else set.delete(id);
  }
  select(nextNodes, edges, nextAnnotations);
  const last = changes.findLast(({ id, selected }) => selected && nextNodes.has(id));
  if (last && changes.length <= 2) setCurrent(last.id);
}

function takeEdges(changes: EdgeChange<FlowEdge>[]): void {
  const { nodes, annotations, edges, select } = useSelection.getState();
  const next = new Set(edges);
  let any = false;
  for (const one of changes) {
    if (one.type !== "select") continue;
    any = true;
    if (one.selected) next.add(one.id);
    else next.delete(one.id);
  }
  if (any) select(nodes, next, annotations);
}
