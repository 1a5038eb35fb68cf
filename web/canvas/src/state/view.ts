/** What part of the canvas is seen, and what others ask to be shown. In pixels of the page and canvas units. */

import { create } from "zustand";
import type { Box } from "../graph/workflow.ts";

/** Where the canvas' origin stands on the screen, and how large a unit is there. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Something to be shown, as soon as there is a canvas. */
export type Showing =
  | { readonly kind: "fit"; readonly nodes: readonly string[] | null }
  | { readonly kind: "reveal"; readonly node: string; readonly readable?: boolean }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "centre"; readonly at: readonly [number, number]; readonly zoom?: number };

interface ViewState {
  readonly view: View;
  readonly size: Size;
  /** The upper left corner of the canvas on the page. */
  readonly corner: readonly [number, number];
  /** What was asked for last and is not done yet. */
  readonly wanted: Showing | null;
  see(view: View): void;
  measure(size: Size, corner: readonly [number, number]): void;
  show(wanted: Showing): void;
  /** Bring a node into sight. */
  reveal(node: string): void;
  done(): void;
}

export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 4;
/** Below this zoom the canvas is one drawing: nothing on it could be read anyway. */
export const OVERVIEW_ZOOM = 0.35;

export const useView = create<ViewState>()((set) => ({
  view: { x: 0, y: 0, zoom: 1 },
  size: { width: 0, height: 0 },
  corner: [0, 0],
  wanted: null,
  see: (view) => set({ view }),
  measure: (size, corner) => set({ size, corner }),
  show: (wanted) => set({ wanted }),
  reveal: (node) => set({ wanted: { kind: "reveal", node } }),
  done: () => set({ wanted: null }),
}));

/** The view in which a box fills the canvas, no larger than `maxZoom`. */
export function viewOf(box: Box, size: Size, maxZoom = 1, padding = 0.1): View {
  const room = 1 - 2 * padding;
  const zoom = Math.min(
    maxZoom,
    (size.width * room) / Math.max(box.width, 1),
    (size.height * room) / Math.max(box.height, 1),
  );
  return centred([box.x + box.width / 2, box.y + box.height / 2], size, Math.max(zoom, MIN_ZOOM));
}

/** A zoom at which a node is read and set with ease. */
export const READABLE_ZOOM = 0.8;
const NARROW = 900; // pixels: a phone, or a tablet held upright
const LEAST_READ = 0.5; // below, a narrow canvas shows the beginning instead of everything
const MARGIN = 16;

/**
 * The view that a document opens with: everything, no larger than it is read best. On a narrow canvas, where that
 * would be too small for eyes and fingers, the first node at the left.
 */
export function homeView(bounds: Box, nodes: readonly Box[], size: Size): View {
  const all = viewOf(bounds, size, 1, 0.08);
  const [first] = [...nodes].sort((one, other) => one.x - other.x || one.y - other.y);
  if (!first || size.width > NARROW || all.zoom >= LEAST_READ) return all;
  return { x: MARGIN - first.x * READABLE_ZOOM, y: MARGIN - first.y * READABLE_ZOOM, zoom: READABLE_ZOOM };
}

/** The view with a point in the middle. */
export function centred([x, y]: readonly [number, number], size: Size, zoom: number): View {
  return { x: size.width / 2 - x * zoom, y: size.height / 2 - y * zoom, zoom };
}

/** The part of the canvas that a view shows. */
export function seenIn({ x, y, zoom }: View, { width, height }: Size): Box {
  return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
}

/** A point of the page as a point of the canvas. */
export function canvasPoint(
  [x, y]: readonly [number, number],
  { view, corner } = useView.getState(),
): readonly [number, number] {
  return [(x - corner[0] - view.x) / view.zoom, (y - corner[1] - view.y) / view.zoom];
}

/** The middle of what is seen, in canvas units. */
export function middleOfView(): readonly [number, number] {
  const { view, size } = useView.getState();
  const box = seenIn(view, size);
  return [box.x + box.width / 2, box.y + box.height / 2];
}
