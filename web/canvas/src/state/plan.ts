/** What a run of the active document would do: which nodes it would run, and why. Asked for, never by itself. */

import { create } from "zustand";
import { bodiesOf, facesOf } from "../graph/face.ts";
import { bodyAt, type Workflow, type WorkflowNode } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { type PlanStep, planWorkflow } from "../server/api.ts";
import { Problem } from "../server/http.ts";
import { useCatalogue } from "./catalogue.ts";
import { activeTab, useDocuments } from "./documents.ts";
import { useFaults } from "./faults.ts";
import { around } from "./run.ts";
import { useSession } from "./session.ts";

interface PlanState {
  /** The document that was asked about; the plan holds for no other. */
  readonly of: Workflow | null;
  readonly steps: readonly PlanStep[];
  /** The steps by their nodes; a node with others inside stands for them. */
  readonly byNode: ReadonlyMap<string, PlanStep>;
  /** Whether the canvas shows it: while the button to run is pointed at, or its panel is open. */
  readonly shown: boolean;
  readonly error: string;
  readonly asking: boolean;
  setShown(shown: boolean): void;
}

export const usePlan = create<PlanState>()((set, get) => ({
  of: null,
  steps: [],
  byNode: new Map(),
  shown: false,
  error: "",
  asking: false,
  setShown(shown) {
    if (shown !== get().shown) set({ shown });
    if (shown) askSoon();
  },
}));

let timer: ReturnType<typeof setTimeout> | undefined;
let asking: AbortController | null = null;

function askSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(ask);
}

async function ask(): Promise<void> {
  const workflow = activeTab(useDocuments.getState())?.history.present ?? null;
  if (!workflow || !usePlan.getState().shown) return;
  asking?.abort();
  const { of, faults } = useFaults.getState();
  if (of !== workflow) {
    // It is checked first, and asked about then.
    if (useSession.getState().connection === "away") tell(workflow, [], t("connection.unreached"));
    return;
  }
  const [fault] = faults;
  if (fault) {
    tell(workflow, [], fault.message); // what cannot run has no plan
    return;
  }
  if (runsNothing(workflow)) {
    tell(workflow, [], t("plan.runs_nothing"));
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  usePlan.setState({ asking: true });
  try {
    const steps = await planWorkflow(workflow, {}, signal);
    if (signal.aborted) return;
    tell(workflow, steps, "");
  } catch (error) {
    if (signal.aborted) return;
    const words =
      error instanceof Problem && error.faults[0] ? error.faults[0].message : (error as Error).message;
    tell(workflow, [], words);
  }
}

/** Whether a document, as it is seen from here, has nothing that a run would be for. */
function runsNothing(workflow: Workflow): boolean {
  const body = bodyAt(workflow, null);
  if (body.interface.outputs.size > 0) return false;
  const faces = facesOf(workflow, body, useCatalogue.getState().catalogue);
  const couldSave = (id: string, node: WorkflowNode) =>
    faces.get(id)?.kind === "effect" || bodiesOf(node).length > 0; // what is inside may
  return ![...body.nodes].some(([id, node]) => couldSave(id, node));
}

function tell(of: Workflow, steps: readonly PlanStep[], error: string): void {
  usePlan.setState({ of, steps, byNode: stepsByNode(steps), error, asking: false });
}

/** Ask anew when an edited document was checked, or the server is back, while the plan is shown; returns what ends it. */
export function watchPlan(): () => void {
  const stops = [
    useFaults.subscribe((state, before) => {
      if (state.of !== before.of && usePlan.getState().shown) askSoon();
    }),
    useSession.subscribe((state, before) => {
      if (state.connection !== before.connection && usePlan.getState().shown) askSoon();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Steps by node. A node of which only what is inside is planned is a hit where all of that is. */
function stepsByNode(steps: readonly PlanStep[]): ReadonlyMap<string, PlanStep> {
  const found = new Map(steps.map((step) => [step.node, step]));
  for (const step of steps) {
    for (const node of around(step.node)) {
      const outer = found.get(node);
      if (!outer) found.set(node, { ...step, node });
      else if (outer.status === "hit" && step.status !== "hit") {
        found.set(node, { ...outer, status: step.status, reason: step.reason });
      }
    }
  }
  return found;
}

/** What is planned for a node while the plan is shown; null where nothing is known. */
export function usePlanned(node: string): PlanStep | null {
  return usePlan((state) => (state.shown ? (state.byNode.get(node) ?? null) : null));
}
