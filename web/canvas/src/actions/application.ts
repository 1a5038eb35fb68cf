/** What concerns the page as a whole: its views, its looks, its settings, and what there is to know about it. */

import type { Key } from "../i18n/i18n.ts";
import { type Theme, useSettings } from "../state/settings.ts";
import { useUi, type View } from "../state/ui.ts";
import type { Action } from "./action.ts";

const VIEWS: readonly (readonly [View, Key])[] = [
  ["canvas", "action.view_canvas"],
  ["form", "action.view_form"],
  ["outline", "action.view_outline"],
];

const viewSwitches = VIEWS.map(
  ([view, title], index): Action => ({
    id: `view-${view}`,
    title,
    keys: [`Alt+Shift+${index + 1}`],
    scope: "anywhere",
    group: "view",
    run: () => useUi.getState().setView(view),
  }),
);

const THEMES: readonly (readonly [Theme, Key])[] = [
  ["system", "action.theme_system"],
  ["dark", "action.theme_dark"],
  ["light", "action.theme_light"],
  ["contrast", "action.theme_contrast"],
];

const themeSwitches = THEMES.map(
  ([theme, title]): Action => ({
    id: `theme-${theme}`,
    title,
    keys: [],
    scope: "anywhere",
    group: "view",
    run: () => useSettings.getState().set({ theme }),
  }),
);

const opens = (dialog: string) => () => useUi.getState().openDialog(dialog);

export const applicationActions: readonly Action[] = [
  ...viewSwitches,
  ...themeSwitches,
  {
    id: "commands",
    title: "action.commands",
    keys: ["Mod+k", "F1"],
    scope: "anywhere",
    group: "help",
    run: opens("commands"),
  },
  {
    id: "settings",
    title: "action.settings",
    keys: ["Mod+,"],
    scope: "anywhere",
    group: "help",
    run: opens("settings"),
  },
  {
    id: "shortcuts",
    title: "action.shortcuts",
    keys: ["?"],
    scope: "canvas",
    group: "help",
    run: opens("shortcuts"),
  },
];
