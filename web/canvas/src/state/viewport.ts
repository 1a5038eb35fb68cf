/** What the canvas is asked to show: a node, in the middle, selected. */

import { create } from "zustand";
import { bodyAt, type Place } from "../graph/workflow.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { goTo } from "./entering.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";

interface ViewportState {
  /** The newest request; its number tells it from the one before. */
  readonly request: { readonly node: string; readonly number: number } | null;
  /** Show a node of the active document, wherever it is: definitions are entered. */
  reveal(node: string, place?: Place): void;
}

export const useViewport = create<ViewportState>()((set, get) => ({
  request: null,
  reveal(node, place = null) {
    goTo(place);
    const tab = activeTab(useDocuments.getState());
    if (!tab || !bodyAt(tab.history.present, placeOf(tab)).nodes.has(node)) return;
    useUi.getState().setView("canvas");
    useSelection.getState().select([node]);
    set({ request: { node, number: (get().request?.number ?? 0) + 1 } });
  },
}));
