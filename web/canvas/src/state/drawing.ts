/** Drawing full screen: what is drawn, on which shape and over which picture; snapping is one choice for all. */

import { create } from "zustand";
import { faceOf, type InputFace, titleOf } from "../graph/face.ts";
import { fromPlain, type Json } from "../graph/json.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useCatalogue } from "./catalogue.ts";
import { usePlace, useWorkflow } from "./documents.ts";
import { useUi } from "./ui.ts";

/** An input whose value is drawn. */
export interface Drawing {
  readonly node: string;
  readonly input: InputFace;
  readonly label: string;
  readonly set: (value: Json, mark?: string) => void;
}

/** Open the full screen editor of a drawn input. */
export function openDrawing(editor: "boxes" | "paint", drawing: Drawing): void {
  useUi.getState().openDialog(editor, drawing);
}

/** What a dialog is about, as `openDrawing` said it. */
export function drawingOf(about: unknown): Drawing | null {
  const isDrawing = typeof about === "object" && about !== null && "node" in about && "set" in about;
  return isDrawing ? (about as Drawing) : null;
}

/** The value of an input that is being drawn; null where its node is gone. */
export function useDrawn({
  node,
  input,
}: Pick<Drawing, "node" | "input">): { readonly value: Json | undefined } | null {
  const workflow = useWorkflow();
  const place = usePlace();
  const found = workflow && bodyAt(workflow, place).nodes.get(node);
  if (!found) return null;
  const fallback = input.default === undefined ? undefined : fromPlain(input.default);
  return { value: found.inputs.get(input.name) ?? fallback };
}

/** The title of the node that is being drawn on. */
export function useDrawnTitle(node: string): string {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const found = workflow && bodyAt(workflow, place).nodes.get(node);
  return found ? titleOf(found, faceOf(workflow, found, catalogue)) : "";
}

export interface Surface {
  /** Width over height. */
  readonly aspect: number;
  /** The address of the picture under what is drawn; empty for none. */
  readonly underlay: string;
}

interface SurfacesState {
  readonly surfaces: ReadonlyMap<string, Surface>;
  readonly snap: boolean;
  /** Cells of the grid along a side; 0 for no grid. */
  readonly grid: number;
  setSurface(node: string, change: Partial<Surface>): void;
  setSnap(snap: boolean): void;
  setGrid(grid: number): void;
}

const PLAIN_SURFACE: Surface = { aspect: 1, underlay: "" };

export const useDrawing = create<SurfacesState>()((set) => ({
  surfaces: new Map(),
  snap: true,
  grid: 0,
  setSurface(node, change) {
    set(({ surfaces }) => ({
      surfaces: new Map(surfaces).set(node, { ...(surfaces.get(node) ?? PLAIN_SURFACE), ...change }),
    }));
  },
  setSnap: (snap) => set({ snap }),
  setGrid: (grid) => set({ grid }),
}));

/** The surface that a node is drawn on. */
export function useSurface(node: string): Surface {
  return useDrawing((state) => state.surfaces.get(node) ?? PLAIN_SURFACE);
}
