/** Definitions: making them of nodes, going in and out, and what they and the document take and give. */

import { groupRefusal } from "../graph/commands/group.ts";
import {
  demoteInput,
  demoteOutput,
  promotedAs,
  promoteInput,
  promoteOutput,
} from "../graph/commands/interface.ts";
import { bodyAt } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { bodiesHere, enterNode, leaveTo } from "../state/entering.ts";
import { canUngroup, selectedNode, separate, sharedBodies, ungroupNode } from "../state/grouping.ts";
import { useSelection } from "../state/selection.ts";
import { useSettings } from "../state/settings.ts";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";

const tab = () => activeTab(useDocuments.getState());
const onCanvas = () => useUi.getState().view === "canvas";
const depth = () => tab()?.trail.length ?? 0;

/** Ask for a name and make a definition of what is selected, or say why that can not be. */
function groupSelected(): void {
  const open = tab();
  const { nodes } = useSelection.getState();
  if (!open) return;
  const refused = groupRefusal(open.history.present, placeOf(open), nodes);
  if (refused) useUi.getState().say({ tone: "bad", text: t(`group.refused.${refused}`) });
  else useUi.getState().openDialog("group", { ids: [...nodes] });
}

/** The socket of the canvas whose row has the focus. */
function focusedSocket(): { readonly node: string; readonly name: string; readonly output: boolean } | null {
  const handle = document.activeElement?.closest(".node-row")?.querySelector(".react-flow__handle");
  const [node, name] = [handle?.getAttribute("data-nodeid"), handle?.getAttribute("data-handleid")];
  if (!handle || !node || !name) return null;
  return { node, name, output: handle.classList.contains("source") };
}

/** Put an input or output into the interface of where one is, or take it out. */
export function togglePromoted(node: string, name: string, output: boolean): void {
  const open = tab();
  if (!open) return;
  const { interface: face } = bodyAt(open.history.present, placeOf(open));
  const there = output
    ? [...face.outputs.values()].some((one) => one.node === node && one.output === name)
    : promotedAs(face, node, name) !== null;
  const [put, take] = output ? [promoteOutput, demoteOutput] : [promoteInput, demoteInput];
  useDocuments
    .getState()
    .edit(t(there ? "menu.demote" : "menu.promote"), (workflow, place) =>
      there ? take(workflow, place, node, name) : put(workflow, place, node, name),
    );
  if (!there && placeOf(open) === null) {
    useUi.getState().say({
      tone: "good",
      text: t("interface.promoted"),
      action: { label: t("panel.interface"), run: () => useUi.getState().openPanel("interface") },
    });
  }
}

export const subgraphActions: readonly Action[] = [
  {
    id: "group",
    title: "menu.group",
    keys: ["Mod+Shift+e"],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && useSelection.getState().nodes.size > 0,
    run: groupSelected,
  },
  {
    id: "ungroup",
    title: "menu.ungroup",
    keys: ["Mod+Shift+u"],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && canUngroup(),
    run: () => {
      const one = selectedNode();
      if (one) ungroupNode(one.id);
    },
  },
  {
    id: "make-own",
    title: "menu.make_own",
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && sharedBodies(selectedNode()?.node).length > 0,
    run: () => {
      const one = selectedNode();
      if (one) separate(one.id);
    },
  },
  {
    id: "enter",
    title: "menu.enter",
    keys: ["Enter"],
    scope: "canvas",
    group: "view",
    enabled: () => {
      const one = selectedNode();
      const typing = document.activeElement?.closest("button, a, select, [role=menu]");
      return onCanvas() && !typing && one !== null && bodiesHere(one.id).length > 0;
    },
    run: () => {
      const one = selectedNode();
      if (one) enterNode(one.id);
    },
  },
  {
    id: "leave",
    title: "menu.leave",
    keys: ["Escape"],
    scope: "canvas",
    group: "view",
    enabled: () => {
      const { nodes, edges } = useSelection.getState();
      const { palette, dialog, view } = useUi.getState();
      const idle = view !== "form" && palette === null && dialog === null;
      return idle && depth() > 0 && (view !== "canvas" || nodes.size + edges.size === 0);
    },
    run: () => leaveTo(depth() - 1),
  },
  {
    id: "promote",
    title: "menu.promote",
    keys: ["Alt+p"],
    scope: "anywhere",
    group: "edit",
    enabled: () => onCanvas() && focusedSocket() !== null,
    run: () => {
      const socket = focusedSocket();
      if (socket) togglePromoted(socket.node, socket.name, socket.output);
    },
  },
  {
    id: "ports",
    title: "menu.ports",
    keys: ["Alt+i"],
    scope: "canvas",
    group: "view",
    enabled: onCanvas,
    run: () => useSettings.getState().set({ ports: !useSettings.getState().ports }),
  },
];
