/** The buttons in the corner of the canvas: adding, zooming, showing everything. */

import "./canvas-tools.css";
import { type Action, shownKeys } from "../actions/action.ts";
import { actionOf } from "../actions/actions.ts";
import { useT } from "../i18n/i18n.ts";
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

export function CanvasTools() {
  const t = useT();
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
            {...(keys ? { keys: shownKeys(keys) } : {})}
            onPress={() => {
              if (action.enabled?.() !== false) action.run();
            }}
          />
        );
      })}
      <span className="canvas-zoom">{t("canvas.zoom", { percent: zoom })}</span>
    </div>
  );
}
