/** Selecting, and going from node to node by the keyboard. */

import { bodyAt } from "../graph/workflow.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { type Direction, neighbourOf } from "../state/neighbour.ts";
import { currentScene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { surfaceElement, surfaceHasFocus } from "../state/surface.ts";
import { useUi } from "../state/ui.ts";
import { middleOfView, useView } from "../state/view.ts";
import type { Action } from "./action.ts";

const ARROWS: readonly (readonly [Direction, string])[] = [
  ["left", "ArrowLeft"],
  ["right", "ArrowRight"],
  ["up", "ArrowUp"],
  ["down", "ArrowDown"],
];

/** The node that has the focus itself, rather than one of its controls. */
function focusedCard(): HTMLElement | null {
  const element = document.activeElement;
  return element instanceof HTMLElement && element.matches(".node-card, .node-waypoint") ? element : null;
}

/** Whether keys go to the canvas: to a node, to the canvas itself, or to nothing in particular. */
export function canvasHasKeys(): boolean {
  if (useUi.getState().view !== "canvas") return false;
  return surfaceHasFocus() || document.activeElement === document.body || focusedCard() !== null;
}

function go(direction: Direction): void {
  const scene = currentScene();
  const selection = useSelection.getState();
  if (!scene) return;
  const from = selection.current !== null && scene.nodes.has(selection.current) ? selection.current : null;
  const next = from === null ? nearest() : neighbourOf(scene.nodes, from, direction);
  if (next === null) return;
  selection.select([next]);
  selection.focus(next);
  useView.getState().show({ kind: "reveal", node: next });
}

/** The node nearest to the middle of what is seen. */
function nearest(): string | null {
  const [x, y] = middleOfView();
  let best: string | null = null;
  let least = Infinity;
  for (const [id, { at, geometry }] of currentScene()?.nodes ?? []) {
    const far = Math.hypot(at[0] + geometry.width / 2 - x, at[1] + geometry.height / 2 - y);
    if (far < least) [best, least] = [id, far];
  }
  return best;
}

/** Go into the first control of the node that has the focus. */
function enter(): void {
  focusedCard()
    ?.querySelector<HTMLElement>(".control :is(input, select, textarea, button):not([tabindex='-1'])")
    ?.focus();
}

function leave(): void {
  const { from, end } = useGestures.getState();
  if (from) {
    end();
    return;
  }
  useSelection.getState().clear();
  surfaceElement()?.focus({ preventScroll: true });
}

const hasSomething = () => {
  const { nodes, edges, annotations } = useSelection.getState();
  return nodes.size + edges.size + annotations.size > 0;
};

export const selectActions: readonly Action[] = [
  {
    id: "select-all",
    title: "menu.select_all",
    keys: ["Mod+a"],
    scope: "canvas",
    group: "select",
    run: () => {
      const open = activeTab(useDocuments.getState());
      if (!open) return;
      const { nodes, layout } = bodyAt(open.history.present, placeOf(open));
      const annotations = [
        ...layout.frames.map((one) => `frame:${one.id}`),
        ...layout.notes.map((one) => `note:${one.id}`),
      ];
      getSelection()?.removeAllRanges(); // copying is about nodes from now on
      useSelection.getState().select(nodes.keys(), [], annotations);
    },
  },
  {
    id: "select-none",
    title: "menu.select_none",
    keys: ["Escape"],
    scope: "canvas",
    group: "select",
    enabled: () => canvasHasKeys() && (hasSomething() || focusedCard() !== null),
    run: leave,
  },
  {
    id: "toggle",
    title: "menu.toggle",
    keys: ["Mod+ "],
    scope: "canvas",
    group: "select",
    enabled: () => canvasHasKeys() && useSelection.getState().current !== null,
    run: () => {
      const { current, toggle } = useSelection.getState();
      if (current !== null) toggle(current);
    },
  },
  {
    id: "enter-node",
    title: "menu.enter_node",
    keys: ["Enter"],
    scope: "canvas",
    group: "select",
    enabled: () => focusedCard() !== null,
    run: enter,
  },
  ...ARROWS.map(
    ([direction, key]): Action => ({
      id: `go-${direction}`,
      title: `menu.go_${direction}`,
      keys: [key],
      scope: "canvas",
      group: "select",
      enabled: canvasHasKeys,
      run: () => go(direction),
    }),
  ),
];
