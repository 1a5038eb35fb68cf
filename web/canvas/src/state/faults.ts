/** What is wrong with the active document, as the server's own checker says. */

import { create } from "zustand";
import { checkWorkflow } from "../server/api.ts";
import type { Fault } from "../server/http.ts";
import { activeTab, useDocuments } from "./documents.ts";

interface FaultsState {
  readonly faults: readonly Fault[];
  set(faults: readonly Fault[]): void;
}

export const useFaults = create<FaultsState>()((set) => ({
  faults: [],
  set: (faults) => set({ faults }),
}));

const PAUSE = 300; // milliseconds without an edit before the server is asked

/** Ask the server about the active document after each edit; returns what ends it. */
export function watchFaults(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;
  const check = async () => {
    const workflow = activeTab(useDocuments.getState())?.history.present;
    asking?.abort();
    if (!workflow) return useFaults.getState().set([]);
    asking = new AbortController();
    const { signal } = asking;
    try {
      const faults = await checkWorkflow(workflow, signal);
      if (!signal.aborted) useFaults.getState().set(faults);
    } catch {
      // the server is away, or a newer question is on its way: what is shown stays
    }
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE);
  };
  const stop = useDocuments.subscribe((state, before) => {
    if (activeTab(state)?.history.present !== activeTab(before)?.history.present) later();
  });
  later();
  return () => {
    stop();
    clearTimeout(timer);
    asking?.abort();
  };
}
