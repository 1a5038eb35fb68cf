/** What the page shows besides documents: the view, the open panel and dialog, the palette, short messages. */

import { create } from "zustand";
import type { Shape } from "../graph/shape.ts";
import type { Edge } from "../graph/workflow.ts";

export type View = "canvas" | "form" | "outline";

/** A loose end that the palette is to connect: an output that seeks an input, or the other way round. */
export interface LooseEnd {
  readonly node: string;
  readonly handle: string;
  readonly side: "output" | "input";
  readonly shape: Shape;
}

/** The open palette: where on the canvas a node is to go, and what it is to be connected to. */
export interface Palette {
  readonly at: readonly [number, number];
  /** Where on the page the palette appears, in pixels; null for the middle. */
  readonly screen: readonly [number, number] | null;
  readonly from: LooseEnd | null;
  /** The link that a node is to go into. */
  readonly link?: Edge;
}

export interface Toast {
  readonly id: number;
  readonly tone: "info" | "good" | "bad";
  readonly text: string;
  /** Whether it stays until it is dismissed, as trouble does. */
  readonly lasting?: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface UiState {
  readonly view: View;
  /** The panel at the right, by the name it is registered with. */
  readonly panel: string | null;
  /** The dialog, by the name it is registered with, and what it is about. */
  readonly dialog: { readonly name: string; readonly about?: unknown } | null;
  readonly palette: Palette | null;
  readonly toasts: readonly Toast[];
  /** Inputs whose control was turned into a socket without a link yet, as `node.input`. */
  setView(view: View): void;
  togglePanel(panel: string): void;
  openPanel(panel: string | null): void;
  openDialog(name: string, about?: unknown): void;
  closeDialog(): void;
  openPalette(palette: Palette): void;
  closePalette(): void;
  /** Show a message; returns what `dismiss` takes. */
  say(toast: Omit<Toast, "id">): number;
  dismiss(id: number): void;
}

let toasts = 0;

export const useUi = create<UiState>()((set) => ({
  view: "canvas",
  panel: null,
  dialog: null,
  palette: null,
  toasts: [],
  setView: (view) => set({ view, palette: null }),
  togglePanel: (panel) => set((state) => ({ panel: state.panel === panel ? null : panel })),
  openPanel: (panel) => set({ panel }),
  openDialog: (name, about) => set({ dialog: { name, about }, palette: null }),
  closeDialog: () => set({ dialog: null }),
  openPalette: (palette) => set({ palette }),
  closePalette: () => set({ palette: null }),
  say(toast) {
    const id = ++toasts;
    set((state) => ({ toasts: [...state.toasts.slice(-3), { ...toast, id }] }));
    return id;
  },
  dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));
