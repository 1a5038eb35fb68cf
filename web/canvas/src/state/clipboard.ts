/**
 * Copying and pasting. What is copied is JSON text, so that it goes to other tabs, windows and editors; where the
 * browser forbids its clipboard, this page keeps what was copied for itself.
 */

import { canPaste, copyText, pasteText } from "../graph/clipboard.ts";
import { removeAnnotations } from "../graph/commands/annotations.ts";
import { removeNodes } from "../graph/commands/nodes.ts";
import { t } from "../i18n/i18n.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { annotationsIn } from "./moving.ts";
import { canvasPlace, pointedAt } from "./pointing.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";

/** What was copied last in this page. */
let own = "";
/** Where was pasted last, and how often since: pasting again there goes beside it. */
let last: { readonly at: readonly [number, number]; readonly times: number } | null = null;

/** The selection as text; empty where nothing is selected. */
function selectedText(): string {
  const tab = activeTab(useDocuments.getState());
  const { nodes, annotations } = useSelection.getState();
  if (!tab || nodes.size + annotations.size === 0) return "";
  return copyText(tab.history.present, placeOf(tab), nodes, annotationsIn(annotations));
}

function removeCopied(): void {
  const { nodes, annotations, clear } = useSelection.getState();
  const others = annotationsIn(annotations);
  useDocuments
    .getState()
    .edit(t("menu.cut"), (workflow, place) =>
      removeAnnotations(removeNodes(workflow, place, nodes), place, others),
    );
  clear();
}

/** Copy the selection, asked for by a menu. */
export async function copySelection(): Promise<void> {
  const text = selectedText();
  if (!text) return;
  own = text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    useUi.getState().say({ tone: "info", text: t("clipboard.only_here") });
  }
}

export async function cutSelection(): Promise<void> {
  const copied = copySelection();
  removeCopied();
  await copied;
}

/** Paste, asked for by a menu; what this page copied itself where the browser forbids its clipboard. */
export async function pasteHere(withLinks: boolean): Promise<void> {
  const at = canvasPlace(pointedAt());
  let text = own;
  try {
    const found = await navigator.clipboard.readText();
    if (canPaste(found)) text = found;
  } catch {
    if (!own) {
      useUi.getState().say({ tone: "bad", text: t("clipboard.denied") });
      return;
    }
  }
  paste(text, withLinks, at);
}

function paste(text: string, withLinks: boolean, to = canvasPlace(pointedAt())): void {
  const ui = useUi.getState();
  let made: ReadonlyMap<string, string> = new Map();
  let refused = "";
  useDocuments.getState().edit(t("menu.paste"), (workflow, place) => {
    const pasted = pasteText(workflow, place, text, { at: nextPlace(to), withLinks });
    if ("refused" in pasted) {
      refused = pasted.refused;
      return workflow;
    }
    made = pasted.ids;
    return pasted.workflow;
  });
  if (refused)
    ui.say({ tone: "bad", text: t(refused === "circle" ? "clipboard.circle" : "clipboard.no_nodes") });
  else useSelection.getState().select(made.values());
}

const BESIDE = 24;

/** A place of its own for what is pasted once more. */
function nextPlace(at: readonly [number, number]): readonly [number, number] {
  const same = last !== null && Math.hypot(last.at[0] - at[0], last.at[1] - at[1]) < 4;
  last = { at, times: same && last ? last.times + 1 : 0 };
  return [at[0] + last.times * BESIDE, at[1] + last.times * BESIDE];
}

/** Listen to the browser's own copying and pasting; returns what ends it. */
export function listenToClipboard(): () => void {
  let shifted = false;
  const key = (event: KeyboardEvent) => {
    shifted = event.shiftKey;
  };
  const take = (event: ClipboardEvent) => {
    if (!isOurs(event)) return;
    const text = selectedText();
    if (!text) return;
    own = text;
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") removeCopied();
  };
  const put = (event: ClipboardEvent) => {
    if (!isOurs(event) || (event.clipboardData?.files.length ?? 0) > 0) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    event.preventDefault();
    paste(canPaste(text) || !own ? text : own, shifted);
  };
  const heard = { keydown: key, copy: take, cut: take, paste: put } as const;
  for (const [name, listener] of Object.entries(heard))
    window.addEventListener(name, listener as EventListener);
  return () => {
    for (const [name, listener] of Object.entries(heard)) {
      window.removeEventListener(name, listener as EventListener);
    }
  };
}

/** Whether copying is about nodes, and not about a text that is selected or typed. */
function isOurs(event: ClipboardEvent): boolean {
  const { target } = event;
  const typing =
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
  const reading = (getSelection()?.toString() ?? "") !== "";
  const dialog = target instanceof Element && target.closest("[role=dialog]");
  return useUi.getState().view === "canvas" && !typing && !dialog && !(reading && event.type !== "paste");
}
