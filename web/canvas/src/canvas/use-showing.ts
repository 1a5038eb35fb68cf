/** What part of the canvas is shown: where one begins, where one was, and where others ask to go. */

import { useReactFlow } from "@xyflow/react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { activeTab, useDocuments } from "../state/documents.ts";
import { boundsOf, boxOf, type Scene } from "../state/scene.ts";
import {
  centred,
  homeView,
  MAX_ZOOM,
  MIN_ZOOM,
  OVERVIEW_ZOOM,
  READABLE_ZOOM,
  type Showing,
  type Size,
  seenIn,
  useView,
  type View,
  viewOf,
} from "../state/view.ts";

const SLIDE = 160; // milliseconds that the canvas takes to go somewhere else
/** Where one was in each place of each tab. */
const seen = new Map<string, View>();

/** Go where one was last in this tab and place, and where others ask to go. */
export function useShowing(scene: Scene): View {
  const flow = useReactFlow();
  const where = useDocuments((state) => `${state.active} ${activeTab(state)?.trail.join("/")}`);
  const wanted = useView((state) => state.wanted);
  const [first] = useState(() => ({ where, view: seen.get(where) ?? homeOf(scene) }));
  const shown = useRef("");
  const ready = flow.viewportInitialized;

  // What is drawn from afar is there in the first frame: it need not wait for React Flow.
  useLayoutEffect(() => useView.getState().see(first.view), [first]);

  useLayoutEffect(() => {
    if (shown.current === where || !ready) return;
    shown.current = where;
    const view = first.where === where ? first.view : (seen.get(where) ?? homeOf(scene));
    void flow.setViewport(view);
    useView.getState().see(view);
  }, [where, ready, scene, flow, first]);

  useEffect(() => useView.subscribe(({ view }) => seen.set(shown.current, view)), []);

  useEffect(() => {
    if (!wanted) return;
    useView.getState().done();
    const { view, size: now } = useView.getState();
    const next = viewFor(wanted, scene, view, now);
    if (next) void flow.setViewport(next, { duration: duration(wanted) });
  }, [wanted, scene, flow]);

  return first.view;
}

function homeOf(scene: Scene): View {
  const bounds = boundsOf(scene);
  if (!bounds) return { x: 0, y: 0, zoom: 1 };
  return homeView(bounds, [...scene.nodes.values()].map(boxOf), useView.getState().size);
}

function duration(wanted: Showing): number {
  if (wanted.kind === "centre" && wanted.zoom === undefined) return 0; // the minimap is dragged
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : SLIDE;
}

function viewFor(wanted: Showing, scene: Scene, view: View, size: Size): View | null {
  switch (wanted.kind) {
    case "fit": {
      const bounds = boundsOf(scene, wanted.nodes);
      return bounds ? viewOf(bounds, size, 1, 0.08) : null;
    }
    case "zoom": {
      const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom * wanted.factor));
      const box = seenIn(view, size);
      return centred([box.x + box.width / 2, box.y + box.height / 2], size, zoom);
    }
    case "centre":
      return centred(wanted.at, size, wanted.zoom ?? view.zoom);
    case "reveal":
      return revealing(wanted.node, scene, view, size, wanted.readable ?? false);
  }
}

/** The view in which a node is seen, and can be read where that is asked; null where it is so already. */
function revealing(id: string, scene: Scene, view: View, size: Size, readable: boolean): View | null {
  const node = scene.nodes.get(id);
  if (!node) return null;
  const box = boxOf(node);
  const now = seenIn(view, size);
  const inside =
    box.x >= now.x &&
    box.y >= now.y &&
    box.x + box.width <= now.x + now.width &&
    box.y + 60 <= now.y + now.height;
  const zoom = readable && view.zoom < OVERVIEW_ZOOM ? READABLE_ZOOM : view.zoom;
  if (inside && zoom === view.zoom) return null;
  return centred([box.x + box.width / 2, box.y + box.height / 2], size, zoom);
}
