/** Adding nodes, connecting by the keyboard, and what part of the canvas is seen. */

import { isPortEdge } from "../graph/port-cards.ts";
import type { Edge } from "../graph/workflow.ts";
import { canvasPlace, freePlace, pointedAt } from "../state/pointing.ts";
import { currentScene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { useSettings } from "../state/settings.ts";
import { tabOpensPalette } from "../state/surface.ts";
import { useUi } from "../state/ui.ts";
import { useView } from "../state/view.ts";
import { looseEnd } from "../state/wiring.ts";
import type { Action } from "./action.ts";

const onCanvas = () => useUi.getState().view === "canvas";
const STEP = 1.25;

function addNode(): void {
  const screen = freePlace();
  useUi.getState().openPalette({ at: canvasPlace(screen), screen, from: null });
}

/** The link that is selected, where a node can go into it; links of ports lead out of the document. */
function chosenLink(): Edge | undefined {
  const { edges } = useSelection.getState();
  return currentScene()?.edges.find((edge) => edges.has(edge.id) && !isPortEdge(edge));
}

function insertNode(): void {
  const [scene, link] = [currentScene(), chosenLink()];
  const from = scene && link && looseEnd(scene, link.source, "output", link.output);
  if (!from) return;
  const screen = pointedAt();
  useUi.getState().openPalette({ at: canvasPlace(screen), screen, from, link });
}

const zoomBy = (factor: number) => useView.getState().show({ kind: "zoom", factor });

export const canvasActions: readonly Action[] = [
  {
    id: "add-node",
    title: "menu.add_node",
    keys: ["Tab", "/"],
    scope: "canvas",
    group: "edit",
    enabled: (keys) => onCanvas() && (keys !== "Tab" || tabOpensPalette()),
    run: addNode,
  },
  {
    id: "insert-node",
    title: "menu.insert_node",
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && chosenLink() !== undefined,
    run: insertNode,
  },
  {
    id: "connect",
    title: "menu.connect",
    keys: ["c"],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && useSelection.getState().current !== null,
    run: () => useUi.getState().openDialog("connect", useSelection.getState().current),
  },
  {
    id: "fit",
    title: "canvas.fit",
    keys: ["."],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => {
      const { nodes } = useSelection.getState();
      useView.getState().show({ kind: "fit", nodes: nodes.size > 0 ? [...nodes] : null });
    },
  },
  {
    id: "zoom-in",
    title: "canvas.zoom_in",
    keys: ["+", "="],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => zoomBy(STEP),
  },
  {
    id: "zoom-out",
    title: "canvas.zoom_out",
    keys: ["-"],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => zoomBy(1 / STEP),
  },
  {
    id: "zoom-actual",
    title: "canvas.zoom_actual",
    keys: ["0"],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => zoomBy(1 / useView.getState().view.zoom),
  },
  {
    id: "minimap",
    title: "canvas.minimap",
    keys: ["Alt+m"],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => useSettings.getState().set({ minimap: !useSettings.getState().minimap }),
  },
];
