/** Running and stopping. */

import { bodyAt } from "../graph/workflow.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { canInterrupt, interrupt, run, runFirst } from "../state/running.ts";
import { useSelection } from "../state/selection.ts";
import { runOf, useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";

const isOpen = () => useDocuments.getState().active !== null;

/** The selected nodes, where the canvas is at the document itself: nodes of a definition have no name in a run. */
function wanted(): string[] {
  const tab = activeTab(useDocuments.getState());
  if (!tab || placeOf(tab) !== null) return [];
  const { nodes } = bodyAt(tab.history.present, null);
  return [...useSelection.getState().nodes].filter((id) => nodes.has(id));
}

export const runActions: readonly Action[] = [
  {
    id: "run",
    title: "run.go",
    keys: ["Mod+Enter"],
    scope: "anywhere",
    group: "run",
    enabled: isOpen,
    run: () => void run(),
  },
  {
    id: "run-first",
    title: "run.first",
    keys: ["Mod+Shift+Enter"],
    scope: "anywhere",
    group: "run",
    enabled: isOpen,
    run: () => void runFirst(),
  },
  {
    id: "run-to-here",
    title: "run.to_here",
    keys: ["Alt+Enter"],
    scope: "canvas",
    group: "run",
    enabled: () => wanted().length > 0,
    run: () => void run({ wanted: wanted() }),
  },
  {
    id: "run-batch",
    title: "run.batch",
    keys: [],
    scope: "anywhere",
    group: "run",
    enabled: isOpen,
    run: () => useUi.getState().openDialog("batch"),
  },
  {
    id: "run-sweep",
    title: "run.sweep",
    keys: [],
    scope: "anywhere",
    group: "run",
    enabled: isOpen,
    run: () => useUi.getState().openDialog("sweep"),
  },
  {
    id: "show-plan",
    title: "run.plan",
    keys: [],
    scope: "anywhere",
    group: "run",
    enabled: isOpen,
    run: () => useUi.getState().openPanel("plan"),
  },
  {
    id: "interrupt",
    title: "run.cancel",
    keys: ["Mod+Alt+Enter"],
    scope: "anywhere",
    group: "run",
    enabled: canInterrupt,
    run: () => void interrupt(),
  },
  {
    id: "hide-run",
    title: "run.hide",
    keys: [],
    scope: "anywhere",
    group: "run",
    enabled: () => runOf(useSession.getState(), useDocuments.getState().active) !== null,
    run: () => useSession.getState().hide(useDocuments.getState().active ?? ""),
  },
];
