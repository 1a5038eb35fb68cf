/** Undo, redo, delete, select. */

import { removeNodes } from "../graph/commands/nodes.ts";
import { bodyAt } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { useSelection } from "../state/selection.ts";
import type { Action } from "./action.ts";

const tab = () => activeTab(useDocuments.getState());

function removeSelected(): void {
  const { nodes } = useSelection.getState();
  if (nodes.size === 0) return;
  useDocuments
    .getState()
    .edit(t("edit.remove", { count: nodes.size }), (workflow, place) => removeNodes(workflow, place, nodes));
  useSelection.getState().clear();
}

export const editActions: readonly Action[] = [
  {
    id: "undo",
    title: "menu.undo",
    keys: ["Mod+z"],
    scope: "canvas",
    group: "edit",
    enabled: () => (tab()?.history.past.length ?? 0) > 0,
    run: () => useDocuments.getState().undo(),
  },
  {
    id: "redo",
    title: "menu.redo",
    keys: ["Mod+Shift+z", "Mod+y"],
    scope: "canvas",
    group: "edit",
    enabled: () => (tab()?.history.future.length ?? 0) > 0,
    run: () => useDocuments.getState().redo(),
  },
  {
    id: "remove",
    title: "menu.delete",
    keys: ["Delete", "Backspace"],
    scope: "canvas",
    group: "edit",
    enabled: () => useSelection.getState().nodes.size > 0,
    run: removeSelected,
  },
  {
    id: "select-all",
    title: "menu.select_all",
    keys: ["Mod+a"],
    scope: "canvas",
    group: "select",
    run: () => {
      const open = tab();
      if (open) useSelection.getState().select(bodyAt(open.history.present, placeOf(open)).nodes.keys());
    },
  },
];
