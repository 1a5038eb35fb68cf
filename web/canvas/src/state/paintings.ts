/** Paintings that are on their way to the server. One that can not be sent is kept here until it can. */

import { create } from "zustand";
import { type Label, rgbOf } from "../graph/painting/palette.ts";
import { encodePng } from "../graph/painting/png.ts";
import type { Raster } from "../graph/painting/raster.ts";
import { t } from "../i18n/i18n.ts";
import { sendUpload } from "../server/api.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";

export interface Sending {
  readonly raster: Raster;
  /** The labels that the pixels are numbers of; null for a mask. */
  readonly labels: readonly Label[] | null;
  readonly state: "sending" | "failed" | "sent";
  /** What a document names it by, once it is sent. */
  readonly reference: string;
  readonly why: string;
}

interface PaintingsState {
  readonly sendings: ReadonlyMap<string, Sending>;
  send(key: string, raster: Raster, labels: readonly Label[] | null): Promise<void>;
  forget(key: string): void;
}

export const usePaintings = create<PaintingsState>()((set, get) => {
  const put = (key: string, sending: Sending) =>
    set(({ sendings }) => ({ sendings: new Map(sendings).set(key, sending) }));
  return {
    sendings: new Map(),
    async send(key, raster, labels) {
      const sending: Sending = { raster, labels, state: "sending", reference: "", why: "" };
      put(key, sending);
      const isNewest = () => get().sendings.get(key) === sending;
      try {
        const file = await encodePng(raster, labels?.map((one) => rgbOf(one.colour)) ?? null);
        const { reference } = await sendUpload(file, labels ? "labels.png" : "mask.png");
        if (isNewest()) put(key, { ...sending, state: "sent", reference });
      } catch (error) {
        const why = error instanceof Error ? error.message : t("error.unexpected");
        if (isNewest()) put(key, { ...sending, state: "failed", why });
      }
    },
    forget(key) {
      set(({ sendings }) => ({ sendings: new Map([...sendings].filter(([one]) => one !== key)) }));
    },
  };
});

/** The key of an input of the active document, which stays when another is looked at meanwhile. */
export function usePaintingKey(node: string, input: string): string {
  return useDocuments((state) => {
    const tab = activeTab(state);
    return JSON.stringify([tab?.key, tab && placeOf(tab), node, input]);
  });
}
