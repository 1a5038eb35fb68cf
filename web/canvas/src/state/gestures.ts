/** What hands are doing on the canvas right now. Nothing of it is part of a document. */

import { create } from "zustand";
import type { LooseEnd } from "./ui.ts";

/** What a link that is being drawn is held over. */
export interface Target {
  readonly node: string;
  /** Null over a node outside of its sockets: the one that fits is meant. */
  readonly handle: string | null;
  /** Why it can not be connected there, in words; empty where it can. */
  readonly refusal: string;
  /** What would be done there, in words. */
  readonly words: string;
}

export interface Menu {
  readonly kind: "canvas" | "node" | "link";
  /** On the page, in pixels. */
  readonly at: readonly [number, number];
}

/** An input or output of a node that a menu is about. */
export interface SocketAt {
  readonly node: string;
  readonly name: string;
  readonly output: boolean;
  /** On the page, in pixels. */
  readonly at: readonly [number, number];
}

interface GestureState {
  /** The end that a link is being drawn from. */
  readonly from: LooseEnd | null;
  /** Nodes that can not be linked to `from` without closing a circle. */
  readonly circle: ReadonlySet<string>;
  readonly target: Target | null;
  readonly pointer: readonly [number, number];
  /** The link that a dragged node would be put on. */
  readonly insertion: string | null;
  /** The node whose title is being typed, or the frame or note. */
  readonly renaming: string | null;
  readonly menu: Menu | null;
  readonly socketMenu: SocketAt | null;
  begin(from: LooseEnd, circle: ReadonlySet<string>): void;
  over(target: Target | null, pointer: readonly [number, number]): void;
  end(): void;
  setInsertion(edge: string | null): void;
  rename(id: string | null): void;
  openMenu(menu: Menu | null): void;
  openSocketMenu(socket: SocketAt | null): void;
}

const NOTHING: ReadonlySet<string> = new Set();

export const useGestures = create<GestureState>()((set) => ({
  from: null,
  circle: NOTHING,
  target: null,
  pointer: [0, 0],
  insertion: null,
  renaming: null,
  menu: null,
  socketMenu: null,
  begin: (from, circle) => set({ from, circle, target: null }),
  over: (target, pointer) => set({ target, pointer }),
  end: () => set({ from: null, circle: NOTHING, target: null }),
  setInsertion: (insertion) => set((state) => (state.insertion === insertion ? state : { insertion })),
  rename: (renaming) => set({ renaming }),
  openMenu: (menu) => set({ menu, socketMenu: null }),
  openSocketMenu: (socketMenu) => set({ socketMenu, menu: null }),
}));
