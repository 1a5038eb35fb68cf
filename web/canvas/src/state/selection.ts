/** What is selected on the canvas, and what the keyboard is at: never part of a document or its history. */

import { create } from "zustand";

interface SelectionState {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  /** Frames and notes, as `frame:id` and `note:id`. */
  readonly annotations: ReadonlySet<string>;
  /** The node that the keyboard is at. */
  readonly current: string | null;
  /** Whether `current` is to have the focus as soon as it is drawn. */
  readonly wantsFocus: boolean;
  select(nodes: Iterable<string>, edges?: Iterable<string>, annotations?: Iterable<string>): void;
  /** Add what is not selected, take away what is. */
  toggle(node: string): void;
  clear(): void;
  setCurrent(node: string | null): void;
  focus(node: string): void;
  focused(): void;
}

const NOTHING: ReadonlySet<string> = new Set();

export const useSelection = create<SelectionState>()((set) => ({
  nodes: NOTHING,
  edges: NOTHING,
  annotations: NOTHING,
  current: null,
  wantsFocus: false,
  select(nodes, edges = [], annotations = []) {
    set({ nodes: new Set(nodes), edges: new Set(edges), annotations: new Set(annotations) });
  },
  toggle(node) {
    set((state) => {
      const nodes = new Set(state.nodes);
      if (!nodes.delete(node)) nodes.add(node);
      return { nodes };
    });
  },
  clear() {
    set({ nodes: NOTHING, edges: NOTHING, annotations: NOTHING });
  },
  setCurrent: (current) => set({ current }),
  focus: (current) => set({ current, wantsFocus: true }),
  focused: () => set({ wantsFocus: false }),
}));
