/** The node whose run is told in full, and what on the page it was asked from. */

import { create } from "zustand";

type Titled = readonly { readonly name: string; readonly title: string }[];

interface DetailsState {
  readonly node: string;
  readonly title: string;
  readonly anchor: HTMLElement | null;
  /** What its outputs are called. */
  readonly outputs: Titled;
  show(node: string, title: string, anchor: HTMLElement, outputs: Titled): void;
  hide(): void;
}

export const useDetails = create<DetailsState>()((set) => ({
  node: "",
  title: "",
  anchor: null,
  outputs: [],
  show: (node, title, anchor, outputs) => set({ node, title, anchor, outputs }),
  hide: () => set({ anchor: null }),
}));
