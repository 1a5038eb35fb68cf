/** What is wrong with the active document, as the server's own checker says. */

import { create } from "zustand";
import type { Place, Workflow } from "../graph/workflow.ts";
import { checkWorkflow } from "../server/api.ts";
import type { Fault } from "../server/http.ts";
import { activeTab, useDocuments, usePlace } from "./documents.ts";
import { useSession } from "./session.ts";

interface FaultsState {
  /** The document that was checked last. */
  readonly of: Workflow | null;
  readonly faults: readonly Fault[];
  /** The same by where they are: the definition, or null, and the node. */
  readonly byNode: ReadonlyMap<string, readonly Fault[]>;
  set(faults: readonly Fault[]): void;
  /** Add what a run was refused for, until the document is edited or asked about again. */
  refuse(faults: readonly Fault[]): void;
}

export const useFaults = create<FaultsState>()((set, get) => ({
  of: null,
  faults: [],
  byNode: new Map(),
  refuse(refused) {
    const said = new Set(refused.map((one) => one.message));
    get().set([...refused, ...get().faults.filter((one) => !said.has(one.message))]);
  },
  set: (faults) =>
    set({ faults, byNode: Map.groupBy(faults, (one) => keyOf(one.definition || null, one.node)) }),
}));

const NONE: readonly Fault[] = [];

function keyOf(place: Place, node: string): string {
  return `${node} ${place ?? ""}`;
}

/** What is wrong with a node at the place where the canvas is. */
export function useNodeFaults(node: string): readonly Fault[] {
  const place = usePlace();
  return useFaults((state) => state.byNode.get(keyOf(place, node)) ?? NONE);
}

const PAUSE = 300; // milliseconds without an edit before the server is asked

/** Ask the server about the active document after each edit; returns what ends it. */
export function watchFaults(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;
  const check = async () => {
    const workflow = activeTab(useDocuments.getState())?.history.present;
    asking?.abort();
    if (!workflow) return useFaults.getState().set([]);
    if (workflow === useFaults.getState().of) return; // nothing new to say, and what a run was refused for stays
    asking = new AbortController();
    const { signal } = asking;
    try {
      const faults = await checkWorkflow(workflow, signal);
      if (signal.aborted) return;
      useFaults.getState().set(faults);
      useFaults.setState({ of: workflow });
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
  // What could not be asked while the server was away is asked when it is back.
  const back = useSession.subscribe((state, before) => {
    if (state.connection === "open" && before.connection !== "open") later();
  });
  later();
  return () => {
    stop();
    back();
    clearTimeout(timer);
    asking?.abort();
  };
}
