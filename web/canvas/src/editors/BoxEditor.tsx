/** The full screen editor of boxes: the picture with them, and a list that does all of it without a pointer. */

import "./box-editor.css";
import { type KeyboardEvent, useEffect, useState } from "react";
import { BoxStage } from "../controls/BoxStage.tsx";
import {
  freeBoxLabel,
  MOST_BOXES,
  moved,
  type Region,
  readRegions,
  reordered,
  writeRegions,
} from "../graph/drawing/boxes.ts";
import { useT } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import {
  type Drawing,
  drawingOf,
  useDrawing,
  useDrawn,
  useDrawnTitle,
  useSurface,
} from "../state/drawing.ts";
import { freshId } from "../state/fresh-id.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { BoxList } from "./BoxList.tsx";
import { EditorDialog } from "./EditorDialog.tsx";
import { UnderlayField } from "./UnderlayField.tsx";

interface Props {
  readonly about: unknown;
  readonly close: () => void;
}

const ASPECTS: readonly (readonly [string, number])[] = [
  ["1 : 1", 1],
  ["4 : 3", 4 / 3],
  ["3 : 2", 3 / 2],
  ["16 : 9", 16 / 9],
  ["3 : 4", 3 / 4],
  ["2 : 3", 2 / 3],
  ["9 : 16", 9 / 16],
];

export function BoxEditor({ about, close }: Props) {
  const drawing = drawingOf(about);
  return drawing && <Boxes {...drawing} close={close} />;
}

function Boxes({ node, input, set, close }: Drawing & Pick<Props, "close">) {
  const title = useDrawnTitle(node);
  const t = useT();
  const drawn = useDrawn({ node, input });
  const regions = readRegions(drawn?.value) ?? [];
  const gone = drawn === null;
  useEffect(() => {
    if (gone) close();
  }, [gone, close]);
  const change = (after: readonly Region[], mark: string) =>
    set(writeRegions(after), `${node}.${input.name} ${mark}`);
  const [chosen, select] = useState<number | null>(regions.length > 0 ? 0 : null);
  const selected = chosen !== null && chosen < regions.length ? chosen : null;
  const surface = useSurface(node);
  const full = regions.length >= MOST_BOXES;
  const once = (after: readonly Region[]) => change(after, freshId());
  const add = () => {
    const label = freeBoxLabel(regions, t("boxes.new"));
    once([...regions, { label, box: [0.25, 0.25, 0.75, 0.75] }]);
    select(regions.length);
  };
  const remove = (index: number) => {
    once(regions.filter((_, at) => at !== index));
    select(regions.length > 1 ? Math.max(0, index - 1) : null);
  };
  const duplicate = (index: number) => {
    const one = regions[index];
    if (!one || full) return;
    once([...regions, { ...one, box: moved(one.box, 0.03, 0.03) }]);
    select(regions.length);
  };
  const order = (from: number, to: number) => {
    const after = reordered(regions, from, to);
    if (after === regions) return;
    once(after);
    select(to);
  };
  return (
    <EditorDialog title={title} close={close} tools={<Tools node={node} />}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys for what the buttons do */}
      <div className="editor-stage" onKeyDown={(event) => shortcuts(event, selected, duplicate)}>
        <BoxStage
          regions={regions}
          selected={selected}
          select={select}
          change={change}
          remove={remove}
          aspect={surface.aspect}
          underlay={surface.underlay}
          keys
          label={t("boxes.stage")}
        />
      </div>
      <aside className="editor-side" aria-label={t("boxes.list")}>
        <div className="editor-side-head">
          <h3>{t("boxes.count", { count: regions.length })}</h3>
          <Button icon="plus" onPress={add} isDisabled={full}>
            {t("boxes.add")}
          </Button>
        </div>
        {regions.length === 0 && <p className="editor-hint">{t("boxes.empty")}</p>}
        <BoxList
          regions={regions}
          selected={selected}
          select={select}
          change={change}
          remove={remove}
          duplicate={duplicate}
          order={order}
        />
        <p className="editor-hint">{t("boxes.how")}</p>
      </aside>
    </EditorDialog>
  );
}

function Tools({ node }: { readonly node: string }) {
  const t = useT();
  const { snap, grid, setSnap, setGrid, setSurface } = useDrawing();
  const { aspect, underlay } = useSurface(node);
  const { undo, redo } = useDocuments.getState();
  const known = ASPECTS.find(([, one]) => Math.abs(one - aspect) < 1e-6);
  return (
    <>
      <span className="editor-group">
        <IconButton icon="undo" label={t("menu.undo")} onPress={undo} />
        <IconButton icon="redo" label={t("menu.redo")} onPress={redo} />
      </span>
      <UnderlayField node={node} />
      <label className="editor-field">
        {t("editor.aspect")}
        <select
          value={known?.[0] ?? ""}
          disabled={underlay !== ""}
          onChange={(event) => {
            const found = ASPECTS.find(([name]) => name === event.target.value);
            if (found) setSurface(node, { aspect: found[1] });
          }}
        >
          {!known && <option value="">{t("editor.aspect.picture")}</option>}
          {ASPECTS.map(([name]) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="editor-field">
        <input type="checkbox" checked={snap} onChange={(event) => setSnap(event.target.checked)} />
        {t("boxes.snap")}
      </label>
      <label className="editor-field">
        {t("boxes.grid")}
        <select value={grid} onChange={(event) => setGrid(Number(event.target.value))}>
          <option value={0}>{t("boxes.grid.none")}</option>
          {[4, 8, 12, 16, 32].map((one) => (
            <option key={one} value={one}>
              {one} × {one}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function shortcuts(event: KeyboardEvent, selected: number | null, duplicate: (index: number) => void): void {
  if (!(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  const { undo, redo } = useDocuments.getState();
  if (key === "z") (event.shiftKey ? redo : undo)();
  else if (key === "y") redo();
  else if (key === "d" && selected !== null) duplicate(selected);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
