/** What the server has: node types, value types, their words. Read once, and again when it changes. */

import { create } from "zustand";
import { type Catalogue, EMPTY_CATALOGUE } from "../graph/catalogue.ts";
import { readCatalogue } from "../server/api.ts";

interface CatalogueState {
  readonly catalogue: Catalogue;
  readonly loaded: boolean;
  readonly error: string;
  load(language: string): Promise<void>;
  /** Lay every node out again: a control said another height. */
  layOutAgain(): void;
}

export const useCatalogue = create<CatalogueState>()((set) => ({
  catalogue: EMPTY_CATALOGUE,
  loaded: false,
  error: "",
  layOutAgain() {
    set(({ catalogue }) => ({ catalogue: { ...catalogue } }));
  },
  async load(language) {
    try {
      set({ catalogue: await readCatalogue(language), loaded: true, error: "" });
    } catch (error) {
      set({ error: error instanceof Error ? error.message : String(error) });
    }
  },
}));
