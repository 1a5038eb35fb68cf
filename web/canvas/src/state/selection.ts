/** What is selected on the canvas: never part of a document, never in the history. */

import { create } from "zustand";

interface SelectionState {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  select(nodes: Iterable<string>, edges?: Iterable<string>): void;
  clear(): void;
}

const NOTHING: ReadonlySet<string> = new Set();

export const useSelection = create<SelectionState>()((set) => ({
  nodes: NOTHING,
  edges: NOTHING,
  select(nodes, edges = []) {
    set({ nodes: new Set(nodes), edges: new Set(edges) });
  },
  clear() {
    set({ nodes: NOTHING, edges: NOTHING });
  },
}));
