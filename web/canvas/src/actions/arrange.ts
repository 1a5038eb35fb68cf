/** Where nodes stand: moving by keys, lining up, tidying, and frames and notes. */

import { type AlignSide, type Axis, aligned, distributed } from "../graph/align.ts";
import { addAnnotation, boxAround, moveAnnotations } from "../graph/commands/annotations.ts";
import { moveNodes } from "../graph/commands/layout.ts";
import type { Box } from "../graph/workflow.ts";
import { type Key, t } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { annotationsIn } from "../state/moving.ts";
import { canvasPlace, freePlace } from "../state/pointing.ts";
import { boxOf, currentScene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { sayTrouble } from "../state/trouble.ts";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";
import { canvasHasKeys } from "./select.ts";

const onCanvas = () => useUi.getState().view === "canvas";
const edit = () => useDocuments.getState().edit;

/** The boxes of the selected nodes. */
function selectedBoxes(): ReadonlyMap<string, Box> {
  const scene = currentScene();
  const found = new Map<string, Box>();
  for (const id of useSelection.getState().nodes) {
    const one = scene?.nodes.get(id);
    if (one) found.set(id, boxOf(one));
  }
  return found;
}

const atLeast = (count: number) => () => onCanvas() && useSelection.getState().nodes.size >= count;

const SIDES: readonly (readonly [AlignSide, Key])[] = [
  ["left", "arrange.left"],
  ["centre", "arrange.centre"],
  ["right", "arrange.right"],
  ["top", "arrange.top"],
  ["middle", "arrange.middle"],
  ["bottom", "arrange.bottom"],
];
const AXES: readonly (readonly [Axis, Key])[] = [
  ["across", "arrange.across"],
  ["down", "arrange.down"],
];

const alignActions = SIDES.map(
  ([side, title]): Action => ({
    id: `align-${side}`,
    title,
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: atLeast(2),
    run: () =>
      edit()(t(title), (workflow, place) => moveNodes(workflow, place, aligned(selectedBoxes(), side))),
  }),
);

const distributeActions = AXES.map(
  ([axis, title]): Action => ({
    id: `distribute-${axis}`,
    title,
    keys: [],
    scope: "canvas",
    group: "edit",
    enabled: atLeast(3),
    run: () =>
      edit()(t(title), (workflow, place) => moveNodes(workflow, place, distributed(selectedBoxes(), axis))),
  }),
);

/** Lay out the selected nodes, or all if fewer than two are. */
async function tidy(): Promise<void> {
  const part = await import("../graph/tidy.ts").catch(() => null);
  if (!part) return sayTrouble(new Error(t("part.lost")));
  const scene = currentScene();
  if (!scene) return;
  const chosen = selectedBoxes();
  const boxes = chosen.size > 1 ? chosen : new Map([...scene.nodes].map(([id, one]) => [id, boxOf(one)]));
  if (boxes.size === 0) return;
  const to = part.tidied(scene.body, boxes);
  edit()(t("arrange.tidy"), (workflow, place) => moveNodes(workflow, place, to));
}

const FRAME = { width: 360, height: 240 };
const NOTE = { width: 240, height: 120 };

/** Frame what is selected, or draw an empty frame where one looks; its title is typed next. */
function addFrame(): void {
  const scene = currentScene();
  const { annotations, select } = useSelection.getState();
  const others = [...(scene?.frames ?? []), ...(scene?.notes ?? [])].filter((one) =>
    annotationsIn(annotations).has(one.id),
  );
  const box = boxAround([...selectedBoxes().values(), ...others.map((one) => one.box)]) ?? centred(FRAME);
  const id = annotate("frames", { text: "", box }, t("menu.frame"));
  select([], [], [`frame:${id}`]);
  useGestures.getState().rename(`frame:${id}`);
}

function addNote(): void {
  const id = annotate("notes", { text: "", box: centred(NOTE) }, t("menu.note"));
  useSelection.getState().select([], [], [`note:${id}`]);
  useGestures.getState().rename(`note:${id}`);
}

function centred({ width, height }: { readonly width: number; readonly height: number }): Box {
  const [x, y] = canvasPlace(freePlace());
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function annotate(
  kind: "frames" | "notes",
  made: { readonly text: string; readonly box: Box },
  label: string,
): string {
  let id = "";
  edit()(label, (workflow, place) => {
    const added = addAnnotation(workflow, place, kind, made);
    id = added.id;
    return added.workflow;
  });
  return id;
}

const STEP = 8;
const STEPS: readonly (readonly [string, Key, number, number])[] = [
  ["ArrowLeft", "menu.move_left", -STEP, 0],
  ["ArrowRight", "menu.move_right", STEP, 0],
  ["ArrowUp", "menu.move_up", 0, -STEP],
  ["ArrowDown", "menu.move_down", 0, STEP],
];

function nudge(dx: number, dy: number): void {
  const { nodes, annotations } = useSelection.getState();
  const scene = currentScene();
  const to = new Map<string, readonly [number, number]>();
  for (const id of nodes) {
    const one = scene?.nodes.get(id);
    if (one) to.set(id, [one.at[0] + dx, one.at[1] + dy]);
  }
  edit()(
    t("edit.move"),
    (workflow, place) => {
      const moved = to.size > 0 ? moveNodes(workflow, place, to) : workflow;
      return moveAnnotations(moved, place, annotationsIn(annotations), [dx, dy]);
    },
    `nudge ${[...nodes, ...annotations].join()}`,
  );
}

const moveActions = STEPS.map(
  ([key, title, dx, dy]): Action => ({
    id: `move-${key.slice("Arrow".length).toLowerCase()}`,
    title,
    keys: [`Shift+${key}`],
    scope: "canvas",
    group: "edit",
    enabled: () => {
      const { nodes, annotations } = useSelection.getState();
      return canvasHasKeys() && nodes.size + annotations.size > 0;
    },
    run: () => nudge(dx, dy),
  }),
);

export const arrangeActions: readonly Action[] = [
  ...moveActions,
  {
    id: "frame",
    title: "menu.frame",
    keys: ["Mod+g"],
    scope: "canvas",
    group: "edit",
    enabled: onCanvas,
    run: addFrame,
  },
  {
    id: "note",
    title: "menu.note",
    keys: ["n"],
    scope: "canvas",
    group: "edit",
    enabled: onCanvas,
    run: addNote,
  },
  ...alignActions,
  ...distributeActions,
  {
    id: "tidy",
    title: "arrange.tidy",
    keys: ["Alt+l"],
    scope: "canvas",
    group: "edit",
    enabled: onCanvas,
    run: () => void tidy(),
  },
];
