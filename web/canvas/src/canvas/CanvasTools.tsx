/** The buttons in the corner of the canvas: adding, zooming, showing everything. */

import "./canvas-tools.css";
import { useRef } from "react";
import { type Action, shownKeys } from "../actions/action.ts";
import { actionOf } from "../actions/actions.ts";
import { useT } from "../i18n/i18n.ts";
import { activeTab, useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { byTouch } from "../state/pointing.ts";
import { useSelection } from "../state/selection.ts";
import { useView } from "../state/view.ts";
import { IconButton } from "../ui/Button.tsx";
import type { IconName } from "../ui/Icon.tsx";

const TOOLS: readonly (readonly [string, IconName])[] = [
  ["add-node", "plus"],
  ["undo", "undo"],
  ["redo", "redo"],
  ["zoom-out", "zoom_out"],
  ["zoom-in", "zoom_in"],
  ["fit", "fit"],
  ["minimap", "map"],
];

/** The menu of what is selected, for fingers: they have no other button to press. */
function SelectionMenu() {
  const t = useT();
  const links = useSelection((state) => state.edges.size);
  const others = useSelection((state) => state.nodes.size + state.annotations.size);
  const button = useRef<HTMLSpanElement>(null);
  if (!byTouch() || links + others === 0) return null;
  return (
    <span ref={button}>
      <IconButton
        icon="more"
        label={t("menu.node")}
        onPress={() => {
          const { left = 0, top = 0 } = button.current?.getBoundingClientRect() ?? {};
          useGestures.getState().openMenu({ kind: others > 0 ? "node" : "link", at: [left, top] });
        }}
      />
    </span>
  );
}

export function CanvasTools() {
  const t = useT();
  const history = useDocuments((state) => activeTab(state)?.history);
  const idle = { undo: !history?.past.length, redo: !history?.future.length };
  const zoom = useView((state) => Math.round(state.view.zoom * 100));
  return (
    <div className="canvas-tools" role="toolbar" aria-label={t("canvas.tools")}>
      {TOOLS.map(([id, icon]) => {
        const action: Action | undefined = actionOf(id);
        if (!action) return null;
        const keys = action.keys[0];
        return (
          <IconButton
            key={id}
            icon={icon}
            label={t(action.title)}
            aria-disabled={(id === "undo" || id === "redo") && idle[id] ? true : undefined}
            {...(keys ? { keys: shownKeys(keys) } : {})}
            onPress={() => {
              if (action.enabled?.() !== false) action.run();
            }}
          />
        );
      })}
      <span className="canvas-zoom">{t("canvas.zoom", { percent: zoom })}</span>
      <SelectionMenu />
    </div>
  );
}
