/** What a person chose for this browser. Kept in local storage where that is allowed. */

import { create } from "zustand";
import { preferredLanguage, useLanguage } from "../i18n/i18n.ts";
import { readStored, store } from "./stored.ts";

export type Theme = "system" | "dark" | "light" | "contrast";

export interface Settings {
  readonly theme: Theme;
  /** A language that there is a file for; empty for the browser's. */
  readonly language: string;
  /** What the wheel does on the canvas. */
  readonly wheel: "zoom" | "pan";
  /** How links are drawn. */
  readonly links: "curved" | "stepped" | "straight";
  readonly snap: boolean;
  readonly minimap: boolean;
  /** Whether the canvas shows what the document takes and gives; in definitions it always does. */
  readonly ports: boolean;
  /** Whether a person is asked before changes are thrown away that are saved nowhere. */
  readonly confirm: boolean;
}

interface SettingsState extends Settings {
  set(change: Partial<Settings>): void;
  /** Put everything back as it was at first. */
  reset(): void;
}

export const DEFAULTS: Settings = {
  theme: "system",
  language: "",
  wheel: "zoom",
  links: "curved",
  snap: true,
  minimap: true,
  ports: false,
  confirm: true,
};

/** The values that a setting may have, where any text would pass else. */
const VALUES: Readonly<Partial<Record<keyof Settings, readonly string[]>>> = {
  theme: ["system", "dark", "light", "contrast"],
  wheel: ["zoom", "pan"],
  links: ["curved", "stepped", "straight"],
};

const NAMES = Object.keys(DEFAULTS) as readonly (keyof Settings)[];
const KEY = "latentgraph.settings";

/** The settings in what was stored, by whatever version of this page; what makes no sense is left out. */
export function settingsIn(stored: unknown): Partial<Settings> {
  if (stored === null || typeof stored !== "object") return {};
  const found: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(stored)) {
    const key = NAMES.find((one) => one === name);
    if (key === undefined || typeof value !== typeof DEFAULTS[key]) continue;
    const values = VALUES[key];
    if (values === undefined || values.includes(String(value))) found[key] = value;
  }
  return found as Partial<Settings>;
}

export const useSettings = create<SettingsState>()((set, get) => ({
  ...DEFAULTS,
  ...settingsIn(readStored(KEY)),
  set(change) {
    set(change);
    const state = get();
    const changed = NAMES.filter((name) => state[name] !== DEFAULTS[name]);
    store(KEY, Object.fromEntries(changed.map((name) => [name, state[name]])));
    if (change.theme !== undefined) applyTheme();
    if (change.language !== undefined) void useLanguage.getState().setLanguage(languageOf());
  },
  reset() {
    get().set(DEFAULTS);
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
