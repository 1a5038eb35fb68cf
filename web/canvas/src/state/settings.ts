/** What a person chose for this browser. Kept in local storage where that is allowed. */

import { create } from "zustand";
import { preferredLanguage, useLanguage } from "../i18n/i18n.ts";

export type Theme = "system" | "dark" | "light" | "contrast";

export interface Settings {
  readonly theme: Theme;
  readonly language: string;
  /** What the wheel does on the canvas. */
  readonly wheel: "zoom" | "pan";
  readonly snap: boolean;
  readonly minimap: boolean;
  /** Whether the canvas shows what the document takes and gives; in definitions it always does. */
  readonly ports: boolean;
}

interface SettingsState extends Settings {
  set(change: Partial<Settings>): void;
}

const KEY = "latentgraph.settings";

function stored(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
  } catch {
    return {}; // forbidden, or not ours
  }
}

const DEFAULTS: Settings = {
  theme: "system",
  language: "",
  wheel: "zoom",
  snap: true,
  minimap: true,
  ports: false,
};

export const useSettings = create<SettingsState>()((set, get) => ({
  ...DEFAULTS,
  ...stored(),
  set(change) {
    set(change);
    const { theme, language, wheel, snap, minimap, ports } = get();
    try {
      localStorage.setItem(KEY, JSON.stringify({ theme, language, wheel, snap, minimap, ports }));
    } catch {
      // the choice holds until the page is closed
    }
    if (change.theme !== undefined) applyTheme();
    if (change.language !== undefined) void useLanguage.getState().setLanguage(languageOf());
  },
}));

/** The language to show: the chosen one, else the browser's. */
export function languageOf(): string {
  return useSettings.getState().language || preferredLanguage();
}

/** Put the chosen theme on the page; "system" follows the system, high contrast included. */
export function applyTheme(): void {
  const { theme } = useSettings.getState();
  const asks = (query: string) => matchMedia(query).matches;
  const system = asks("(prefers-contrast: more)")
    ? "contrast"
    : asks("(prefers-color-scheme: light)")
      ? "light"
      : "dark";
  document.documentElement.dataset.theme = theme === "system" ? system : theme;
}
