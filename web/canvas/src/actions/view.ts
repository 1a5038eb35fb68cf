/** What is shown at the side. */

import { PANELS } from "../panels/PanelDock.tsx";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";

const KEYS: Readonly<Record<string, string>> = { queue: "Alt+q", gallery: "Alt+g", faults: "Alt+e" };

export const viewActions: readonly Action[] = PANELS.map(({ name, title }) => ({
  id: `panel-${name}`,
  title,
  keys: KEYS[name] ? [KEYS[name]] : [],
  scope: "canvas",
  group: "view",
  run: () => useUi.getState().togglePanel(name),
}));
