/** Making definitions of nodes, and nodes of definitions, with what is selected afterwards and what is said. */

import { type BodyInput, bodyFromNodes } from "../graph/commands/bodies.ts";
import { makeOwn } from "../graph/commands/definitions.ts";
import { type GroupRefusal, group } from "../graph/commands/group.ts";
import { calledBy, ungroup } from "../graph/commands/ungroup.ts";
import { usesOf } from "../graph/commands/uses.ts";
import { definitionTitle } from "../graph/definition.ts";
import { bodiesOf } from "../graph/face.ts";
import { bodyAt, type WorkflowNode } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { useCatalogue } from "./catalogue.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { useSelection } from "./selection.ts";
import { useUi } from "./ui.ts";

/** Make a definition of nodes: a node that calls it stands in their place, or it is the body of another node. */
export function groupNodes(ids: ReadonlySet<string>, name: string, to?: BodyInput): void {
  let refused = null as GroupRefusal | null;
  let chosen = "";
  useDocuments.getState().edit(t("edit.group"), (workflow, place) => {
    const made = to
      ? bodyFromNodes(workflow, place, to, ids, name, useCatalogue.getState().catalogue)
      : group(workflow, place, ids, name);
    if ("refused" in made) {
      refused = made.refused;
      return workflow;
    }
    if (to) chosen = to.node;
    else if ("call" in made) chosen = String(made.call);
    return made.workflow;
  });
  if (refused) useUi.getState().say({ tone: "bad", text: t(`group.refused.${refused}`) });
  else useSelection.getState().select([chosen]);
}

/** Put what a node calls in its place. */
export function ungroupNode(node: string): void {
  let ids: ReadonlyMap<string, string> = new Map();
  useDocuments.getState().edit(t("edit.ungroup"), (workflow, place) => {
    const made = ungroup(workflow, place, node);
    ids = made.ids;
    return made.workflow;
  });
  if (ids.size > 0) useSelection.getState().select(ids.values());
}

/** Give a node a copy of its definition that no other node uses. */
export function separate(node: string): void {
  let title = "";
  useDocuments.getState().edit(t("menu.make_own"), (workflow, place) => {
    const one = bodyAt(workflow, place).nodes.get(node);
    return sharedBodies(one).reduce((now, definition) => {
      const made = makeOwn(now, { place, node, definition });
      title = definitionTitle(made.workflow, made.name);
      return made.workflow;
    }, workflow);
  });
  if (title) useUi.getState().say({ tone: "good", text: t("definition.own_made", { title }) });
}

/** The definitions of a node that other nodes of the active document use too. */
export function sharedBodies(node: WorkflowNode | undefined): readonly string[] {
  const tab = activeTab(useDocuments.getState());
  if (!tab || !node) return [];
  const names = new Set(bodiesOf(node).map((one) => one.definition));
  return [...names].filter((name) => usesOf(tab.history.present, name).length > 1);
}

/** The only selected node, with its id. */
export function selectedNode(): { readonly id: string; readonly node: WorkflowNode } | null {
  const tab = activeTab(useDocuments.getState());
  const { nodes } = useSelection.getState();
  const [id] = nodes;
  if (!tab || nodes.size !== 1 || id === undefined) return null;
  const node = bodyAt(tab.history.present, placeOf(tab)).nodes.get(id);
  return node ? { id, node } : null;
}

/** Whether the only selected node is a call that can be put apart. */
export function canUngroup(): boolean {
  const tab = activeTab(useDocuments.getState());
  const one = selectedNode();
  return tab !== null && one !== null && calledBy(tab.history.present, placeOf(tab), one.id) !== null;
}
