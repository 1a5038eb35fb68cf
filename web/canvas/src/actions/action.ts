/** What a person can do: one list for keys, menus, the palette of commands and the shortcut sheet. */

import type { Key } from "../i18n/i18n.ts";

export interface Action {
  readonly id: string;
  readonly title: Key;
  /** The keys, as `Mod+Shift+Z`: Mod is Command on a Mac, Control elsewhere. Several for several ways. */
  readonly keys: readonly string[];
  /** Where the keys count: anywhere, or only while no text is typed. */
  readonly scope: "anywhere" | "canvas";
  readonly group: "run" | "edit" | "select" | "view" | "file" | "help";
  /** Whether it can be done now; by which keys, where it is done by keys. */
  readonly enabled?: (keys?: string) => boolean;
  /** The browser has an event of its own for these keys, which does it; they are only shown. */
  readonly native?: boolean;
  /** Do it; `keys` are those that were pressed, where they were. */
  readonly run: (keys?: string) => void;
}

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether a key press is this combination. */
export function matches(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split("+");
  const key = keys.endsWith("+") ? "+" : (parts.at(-1) ?? "");
  const wants = (name: string) => parts.includes(name);
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const other = MAC ? event.ctrlKey : event.metaKey;
  const shifted = key.length === 1 && !/[a-z0-9]/i.test(key); // "?" needs Shift on most keyboards
  return (
    mod === wants("Mod") &&
    !other &&
    event.altKey === wants("Alt") &&
    (shifted || event.shiftKey === wants("Shift")) &&
    (event.key.toLowerCase() === key.toLowerCase() ||
      event.code === (/\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`))
  );
}

/** The combination that a key press is, as `matches` takes it; null for Shift, Control and their like alone. */
export function pressedKeys(event: KeyboardEvent): string | null {
  const { key, code } = event;
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Process", "Unidentified"].includes(key))
    return null;
  const letter = /^Key([A-Z])$/.exec(code)?.[1]; // what is typed may be of another script
  const name = /^[\x20-\x7e]$/.test(key) || key.length > 1 ? key : (letter ?? key);
  const single = name.length === 1 ? name.toLowerCase() : name;
  const mod = MAC ? event.metaKey : event.ctrlKey;
  const other = MAC ? event.ctrlKey : event.metaKey;
  if (other) return null; // kept for the system
  const sign = single.length === 1 && !/[a-z0-9]/.test(single);
  const parts = [mod && "Mod", event.altKey && "Alt", event.shiftKey && !sign && "Shift", single];
  return parts.filter(Boolean).join("+");
}

const SYMBOLS = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/** A combination as people read it: ⌘⇧Z, or Ctrl+Shift+Z. */
export function shownKeys(keys: string): string {
  const names: Readonly<Record<string, string>> = MAC
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Delete: "⌫", Escape: "esc", ...SYMBOLS }
    : { Mod: "Ctrl", Delete: "Del", Escape: "Esc", ...SYMBOLS };
  if (keys === "+") return keys;
  const parts = keys.split("+").map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(MAC ? "" : "+");
}

/** Whether typing goes into what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement ||
      (target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type)))
  );
}
