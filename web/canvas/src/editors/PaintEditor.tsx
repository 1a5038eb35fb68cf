/** The full screen painter, of masks and of label maps: one engine, with a palette where there are labels. */

import "./paint-editor.css";
import { type KeyboardEvent, useEffect, useState, useSyncExternalStore } from "react";
import { type Label, rgbOf, withoutLabel } from "../graph/painting/palette.ts";
import type { Raster } from "../graph/painting/raster.ts";
import type { Brush } from "../graph/painting/stroke.ts";
import { useT } from "../i18n/i18n.ts";
import { useSurface } from "../state/drawing.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { EditorDialog } from "./EditorDialog.tsx";
import { LabelList } from "./LabelList.tsx";
import type { Painted } from "./PaintDialog.tsx";
import { PaintSurface, type Tool } from "./PaintSurface.tsx";
import { labelColours, maskColours, Painting } from "./painting.ts";
import { MOST_SIDE, paintable, sizeOf } from "./picture-file.ts";
import { UnderlayField } from "./UnderlayField.tsx";

interface Props {
  readonly title: string;
  readonly node: string;
  readonly raster: Raster;
  /** The labels that bytes are numbers of; null for a mask. */
  readonly labels: readonly Label[] | null;
  /** Whether labels can be changed: not where a link gives them. */
  readonly labelsFixed: boolean;
  /** Leave; with what was painted, where anything was. */
  readonly close: (done: Painted | null) => void;
}

const TOOLS: readonly { readonly tool: Tool; readonly icon: IconName; readonly key: string }[] = [
  { tool: "brush", icon: "brush", key: "b" },
  { tool: "erase", icon: "eraser", key: "e" },
  { tool: "fill", icon: "bucket", key: "g" },
  { tool: "rectangle", icon: "box", key: "r" },
  { tool: "polygon", icon: "polygon", key: "p" },
];
const TOLERANCE = 32; // of 255, that a mask's pixels may differ for a fill to go on
const BIGGER = 1.25;
const LARGEST = 500;

interface BrushLook {
  readonly size: number;
  readonly hardness: number;
}

export function PaintEditor({ title, node, raster, labels: given, labelsFixed, close }: Props) {
  const t = useT();
  const [labels, setLabels] = useState(given);
  const [painting] = useState(() => new Painting(raster, coloursFor(given, false)));
  useSyncExternalStore(painting.listen, () => painting.version);
  const [tool, setTool] = useState<Tool>("brush");
  const [look, setLook] = useState<BrushLook>(() => ({
    size: Math.max(8, Math.round(Math.max(raster.width, raster.height) / 16)),
    hardness: given ? 1 : 0.8,
  }));
  const [label, setLabel] = useState(given && given.length > 1 ? 1 : 0);
  const [opacity, setOpacity] = useState(0.6);
  const { underlay } = useSurface(node);
  useEffect(() => painting.setColours(coloursFor(labels, underlay !== "")), [painting, labels, underlay]);
  const chosen = labels ? label : 255;
  const brush: Brush = {
    radius: look.size / 2,
    hardness: look.hardness,
    value: tool === "erase" ? 0 : chosen,
    smooth: labels === null,
  };
  const changeLabels = (after: readonly Label[], gone?: number) => {
    setLabels(after);
    if (gone === undefined) return painting.touch();
    painting.rewrite((data) => withoutLabel(data, gone));
    setLabel((now) => Math.min(now, after.length - 1));
  };
  const done = () => close(painting.changed ? { raster: painting.raster, labels } : null);
  const press = (event: KeyboardEvent) => {
    if (isText(event.target)) return;
    const key = event.key.toLowerCase();
    const found = TOOLS.find((one) => one.key === key);
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") event.shiftKey ? painting.redo() : painting.undo();
      else if (key === "y") painting.redo();
      else return;
    } else if (found) setTool(found.tool);
    else if (key === "[") setLook({ ...look, size: Math.max(1, Math.round(look.size / BIGGER)) });
    else if (key === "]") setLook({ ...look, size: Math.min(LARGEST, Math.ceil(look.size * BIGGER)) });
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for what the buttons do
    <div className="editor-boundary" onKeyDown={press}>
      <EditorDialog
        title={title}
        close={done}
        tools={
          <>
            <History painting={painting} />
            <span className="editor-group" role="toolbar" aria-label={t("paint.tools")}>
              {TOOLS.map((one) => (
                <IconButton
                  key={one.tool}
                  icon={one.icon}
                  label={t(`paint.${one.tool}`)}
                  keys={one.key.toUpperCase()}
                  pressed={tool === one.tool}
                  onPress={() => setTool(one.tool)}
                />
              ))}
            </span>
            <Slider
              label={t("paint.size")}
              value={look.size}
              least={1}
              most={LARGEST}
              set={(size) => setLook({ ...look, size })}
            />
            {!labels && (
              <Slider
                label={t("paint.hardness")}
                value={Math.round(look.hardness * 100)}
                least={0}
                most={100}
                set={(percent) => setLook({ ...look, hardness: percent / 100 })}
              />
            )}
          </>
        }
      >
        <PaintSurface
          painting={painting}
          size={[painting.raster.width, painting.raster.height]}
          tool={tool}
          brush={brush}
          tolerance={labels ? 0 : TOLERANCE}
          underlay={underlay}
          opacity={opacity}
        />
        <aside className="editor-side" aria-label={t("paint.side")}>
          {labels && (
            <LabelList
              labels={labels}
              selected={label}
              select={setLabel}
              fixed={labelsFixed}
              change={changeLabels}
            />
          )}
          <div className="paint-actions">
            <Button onPress={() => painting.fillAll(chosen)}>{t("paint.fill_all")}</Button>
            {!labels && <Button onPress={() => painting.invert()}>{t("paint.invert")}</Button>}
            <Button onPress={() => painting.fillAll(0)}>{t("paint.clear")}</Button>
          </div>
          <PaintSize painting={painting} underlay={underlay} />
          <div className="paint-under">
            <UnderlayField node={node} />
            {underlay && (
              <Slider
                label={t("paint.opacity")}
                value={Math.round(opacity * 100)}
                least={0}
                most={100}
                set={(percent) => setOpacity(percent / 100)}
              />
            )}
          </div>
          <p className="editor-hint">{t(labels ? "paint.how.labels" : "paint.how.mask")}</p>
          <p className="editor-hint">{t("paint.how")}</p>
        </aside>
      </EditorDialog>
    </div>
  );
}

function coloursFor(labels: readonly Label[] | null, over: boolean) {
  return labels ? labelColours(labels.map((one) => rgbOf(one.colour))) : maskColours(over);
}

function isText(target: EventTarget): boolean {
  return target instanceof HTMLInputElement && target.type !== "range" && target.type !== "checkbox";
}

function History({ painting }: { readonly painting: Painting }) {
  const t = useT();
  return (
    <span className="editor-group">
      <IconButton
        icon="undo"
        label={t("menu.undo")}
        isDisabled={!painting.canUndo}
        onPress={() => painting.undo()}
      />
      <IconButton
        icon="redo"
        label={t("menu.redo")}
        isDisabled={!painting.canRedo}
        onPress={() => painting.redo()}
      />
    </span>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly set: (value: number) => void;
}

function Slider({ label, value, least, most, set }: SliderProps) {
  return (
    <label className="editor-field">
      {label}
      <input
        type="range"
        min={least}
        max={most}
        value={value}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
      <output>{value}</output>
    </label>
  );
}

/** The size of the painting: numbers, or that of the picture under it. */
function PaintSize({ painting, underlay }: { readonly painting: Painting; readonly underlay: string }) {
  const t = useT();
  const { width, height } = painting.raster;
  const [under, setUnder] = useState<readonly [number, number] | null>(null);
  useEffect(() => {
    let current = true;
    setUnder(null);
    if (underlay) void sizeOf(underlay).then((size) => current && setUnder(size && paintable(size)));
    return () => {
      current = false;
    };
  }, [underlay]);
  const differs = under && (under[0] !== width || under[1] !== height);
  return (
    <div className="paint-size">
      <SideField label={t("paint.width")} value={width} set={(to) => painting.resize(to, height)} />
      <SideField label={t("paint.height")} value={height} set={(to) => painting.resize(width, to)} />
      {differs && (
        <Button onPress={() => painting.resize(...under)}>
          {t("paint.fit", { width: under[0], height: under[1] })}
        </Button>
      )}
    </div>
  );
}

interface SideProps {
  readonly label: string;
  readonly value: number;
  readonly set: (value: number) => void;
}

/** A side in pixels, which holds when the field is left: each size in between would cost detail. */
function SideField({ label, value, set }: SideProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    const number = Math.round(Number(typed));
    setTyped(null);
    if (typed !== null && number >= 1 && number <= MOST_SIDE) set(number);
  };
  return (
    <label className="editor-field">
      {label}
      <input
        type="number"
        min={1}
        max={MOST_SIDE}
        value={typed ?? value}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === "Enter" && commit()}
      />
    </label>
  );
}
