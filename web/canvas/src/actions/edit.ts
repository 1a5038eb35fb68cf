/** Undo, copies, deleting, naming, and how nodes take part in a run. */

import { removeAnnotations } from "../graph/commands/annotations.ts";
import { setCollapsed, setColour } from "../graph/commands/layout.ts";
import { cut as cutEdge } from "../graph/commands/leading.ts";
import { healAndRemove } from "../graph/commands/links.ts";
import { duplicate, removeNodes, setMode } from "../graph/commands/nodes.ts";
import type { Edge } from "../graph/workflow.ts";
import { type Key, t } from "../i18n/i18n.ts";
import { copySelection, cutSelection, pasteHere } from "../state/clipboard.ts";
import { activeTab, useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { addWaypoint, annotationsIn } from "../state/moving.ts";
import { currentScene, socketAt } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { step } from "../state/stepping.ts";
import { surfaceElement } from "../state/surface.ts";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";

const tab = () => activeTab(useDocuments.getState());
const edit = () => useDocuments.getState().edit;
const onCanvas = () => useUi.getState().view === "canvas";
const hasNodes = () => onCanvas() && useSelection.getState().nodes.size > 0;
const hasAny = () => {
  const { nodes, edges, annotations } = useSelection.getState();
  return onCanvas() && nodes.size + edges.size + annotations.size > 0;
};

function removeSelected(heal: boolean): void {
  const { nodes, annotations, clear } = useSelection.getState();
  const links = selectedEdges();
  const others = annotationsIn(annotations);
  const scene = currentScene();
  const faces = new Map([...(scene?.nodes ?? [])].map(([id, one]) => [id, one.face]));
  const count = nodes.size + others.size;
  edit()(count > 0 ? t("edit.remove", { count }) : t("edit.disconnect"), (workflow, place) => {
    // The last of a list first, so that those before it keep their places.
    const cut = links.reduceRight((now, edge) => cutEdge(now, place, edge), workflow);
    const left = others.size > 0 ? removeAnnotations(cut, place, others) : cut;
    if (nodes.size === 0) return left;
    return heal ? healAndRemove(left, place, nodes, faces) : removeNodes(left, place, nodes);
  });
  clear();
  surfaceElement()?.focus({ preventScroll: true }); // what had the focus is gone
}

/** The selected links, in the order of the document. */
function selectedEdges(): readonly Edge[] {
  const { edges } = useSelection.getState();
  return edges.size === 0 ? [] : (currentScene()?.edges.filter((edge) => edges.has(edge.id)) ?? []);
}

function duplicateSelected(withLinks: boolean): void {
  const { nodes, select } = useSelection.getState();
  let made: ReadonlyMap<string, string> = new Map();
  edit()(t("edit.duplicate"), (workflow, place) => {
    const copied = duplicate(workflow, place, nodes, withLinks);
    made = copied.ids;
    return copied.workflow;
  });
  select(made.values());
}

/** Give all selected nodes a mode, or take it from them if all have it. */
function toggleMode(mode: "bypass" | "mute"): void {
  const { nodes } = useSelection.getState();
  const scene = currentScene();
  const all = [...nodes].every((id) => scene?.nodes.get(id)?.node.mode === mode);
  edit()(t(`menu.${mode}`), (workflow, place) => setMode(workflow, place, nodes, all ? null : mode));
}

function toggleCollapsed(): void {
  const { nodes } = useSelection.getState();
  const scene = currentScene();
  const all = [...nodes].every((id) => scene?.nodes.get(id)?.collapsed);
  edit()(t("menu.collapse"), (workflow, place) => setCollapsed(workflow, place, nodes, !all));
}

function renameSelected(): void {
  const { nodes, annotations } = useSelection.getState();
  const [id] = [...nodes, ...annotations];
  if (id !== undefined) useGestures.getState().rename(id);
}

function waypointOnSelected(): void {
  const [edge] = selectedEdges();
  const scene = currentScene();
  const [source, target] = [scene?.nodes.get(edge?.source ?? ""), scene?.nodes.get(edge?.target ?? "")];
  if (!edge || !source || !target) return;
  const [x, y] = socketAt(source, "output", edge.output);
  const [u, v] = socketAt(target, "input", edge.input);
  addWaypoint(edge, [(x + u) / 2, (y + v) / 2]);
}

/** Colours that nodes can be given; they tint the theme's surfaces, so that words stay readable on them. */
export const COLOURS: readonly (readonly [string, Key, string | null])[] = [
  ["none", "colour.none", null],
  ["red", "colour.red", "#e57373"],
  ["orange", "colour.orange", "#ffb74d"],
  ["yellow", "colour.yellow", "#fff176"],
  ["green", "colour.green", "#81c784"],
  ["cyan", "colour.cyan", "#4dd0e1"],
  ["blue", "colour.blue", "#64b5f6"],
  ["purple", "colour.purple", "#ba68c8"],
];

const colourActions = COLOURS.map(
  ([name, title, colour]): Action => ({
    id: `colour-${name}`,
    title,
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () =>
      edit()(t("menu.colour"), (workflow, place) =>
        setColour(workflow, place, useSelection.getState().nodes, colour),
      ),
  }),
);

export const editActions: readonly Action[] = [
  {
    id: "undo",
    title: "menu.undo",
    keys: ["Mod+z"],
    scope: "canvas",
    group: "edit",
    enabled: () => (tab()?.history.past.length ?? 0) > 0,
    run: () => step("undo"),
  },
  {
    id: "redo",
    title: "menu.redo",
    keys: ["Mod+Shift+z", "Mod+y"],
    scope: "canvas",
    group: "edit",
    enabled: () => (tab()?.history.future.length ?? 0) > 0,
    run: () => step("redo"),
  },
  {
    id: "cut",
    title: "menu.cut",
    keys: ["Mod+x"],
    scope: "canvas",
    group: "edit",
    native: true,
    enabled: hasAny,
    run: () => void cutSelection(),
  },
  {
    id: "copy",
    title: "menu.copy",
    keys: ["Mod+c"],
    scope: "canvas",
    group: "edit",
    native: true,
    enabled: hasAny,
    run: () => void copySelection(),
  },
  {
    id: "paste",
    title: "menu.paste",
    keys: ["Mod+v"],
    scope: "canvas",
    group: "edit",
    native: true,
    enabled: onCanvas,
    run: () => void pasteHere(false),
  },
  {
    id: "paste-linked",
    title: "menu.paste_linked",
    keys: ["Mod+Shift+v"],
    scope: "canvas",
    group: "edit",
    native: true,
    enabled: onCanvas,
    run: () => void pasteHere(true),
  },
  {
    id: "duplicate",
    title: "menu.duplicate",
    keys: ["Mod+d"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () => duplicateSelected(false),
  },
  {
    id: "duplicate-linked",
    title: "menu.duplicate_linked",
    keys: ["Mod+Shift+d"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () => duplicateSelected(true),
  },
  {
    id: "remove",
    title: "menu.delete",
    keys: ["Delete", "Backspace"],
    scope: "canvas",
    group: "edit",
    enabled: hasAny,
    run: () => removeSelected(false),
  },
  {
    id: "heal",
    title: "menu.heal",
    keys: ["Mod+Delete", "Mod+Backspace"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () => removeSelected(true),
  },
  {
    id: "rename",
    title: "menu.rename",
    keys: ["F2"],
    scope: "canvas",
    group: "edit",
    enabled: () => hasNodes() || (onCanvas() && useSelection.getState().annotations.size > 0),
    run: renameSelected,
  },
  {
    id: "collapse",
    title: "menu.collapse",
    keys: ["Alt+c"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: toggleCollapsed,
  },
  {
    id: "bypass",
    title: "menu.bypass",
    keys: ["Mod+b"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () => toggleMode("bypass"),
  },
  {
    id: "mute",
    title: "menu.mute",
    keys: ["Mod+m"],
    scope: "canvas",
    group: "edit",
    enabled: hasNodes,
    run: () => toggleMode("mute"),
  },
  {
    id: "waypoint",
    title: "menu.waypoint",
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: () => onCanvas() && useSelection.getState().edges.size > 0,
    run: waypointOnSelected,
  },
  ...colourActions,
];
