/** The node whose run is told in full, and what on the page it was asked from. */

import { create } from "zustand";

interface DetailsState {
  readonly node: string;
  readonly title: string;
  readonly anchor: HTMLElement | null;
  show(node: string, title: string, anchor: HTMLElement): void;
  hide(): void;
}

export const useDetails = create<DetailsState>()((set) => ({
  node: "",
  title: "",
  anchor: null,
  show: (node, title, anchor) => set({ node, title, anchor }),
  hide: () => set({ anchor: null }),
}));
