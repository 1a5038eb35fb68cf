/** A picture with boxes on it: drawn by dragging over what is empty, moved, resized by handles, nudged by keys. */

import "./box-stage.css";
import { type KeyboardEvent, type PointerEvent, type RefObject, useRef, useState } from "react";
import {
  between,
  type Corners,
  freeBoxLabel,
  HANDLES,
  type Handle,
  MOST_BOXES,
  moved,
  type Region,
  resized,
} from "../graph/drawing/boxes.ts";
import { type SnapLines, snapLines, snapMoved, snapPoint, snapResized } from "../graph/drawing/snap.ts";
import { useT } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import { useDrawing } from "../state/drawing.ts";
import { freshId } from "../state/fresh-id.ts";
import { useEscape } from "../ui/use-escape.ts";

export interface BoxStageProps {
  readonly regions: readonly Region[];
  readonly selected: number | null;
  readonly select: (index: number | null) => void;
  /** Changes with one mark are one step of the history. */
  readonly change: (regions: readonly Region[], mark: string) => void;
  readonly remove: (index: number) => void;
  readonly aspect: number;
  readonly underlay: string;
  /** Whether boxes can be reached by keys: not on a node, where the list of the editor is the way. */
  readonly keys: boolean;
  readonly label: string;
}

interface Gesture {
  readonly kind: "draw" | "move" | Handle;
  readonly pointer: number;
  readonly mark: string;
  readonly from: readonly [number, number];
  readonly index: number;
  readonly box: Corners;
  begun: boolean;
}

const BEGINS = 4; // pixels, before which a press selects and draws nothing
const REACH = 7; // pixels, in which a line draws a box to it
const NUDGE = 0.01;
const NO_LINES: SnapLines = { x: [], y: [] };

export function BoxStage(props: BoxStageProps) {
  const { regions, selected, aspect, underlay, keys, label } = props;
  const stage = useRef<HTMLDivElement>(null);
  const { guides, ...drag } = useBoxGestures(props, stage);
  const grid = useDrawing((state) => state.grid);
  return (
    <div
      ref={stage}
      className="box-stage nodrag nopan nowheel"
      role="application"
      aria-label={label}
      style={{ "--aspect": aspect, ...(grid > 0 ? { "--cells": grid } : {}) }}
      data-grid={grid > 0 || undefined}
      {...drag}
    >
      {underlay && <img className="box-underlay" src={underlay} alt="" draggable={false} />}
      {regions.map((one, index) => (
        <BoxShape
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no names of their own, only places
          key={index}
          region={one}
          index={index}
          isSelected={selected === index}
          keys={keys}
          onKeyDown={(event) => nudge(event, index, props)}
          onFocus={() => props.select(index)}
        />
      ))}
      {guides.x.map((at) => (
        <span key={`x${at}`} className="box-guide x" style={{ left: `${at * 100}%` }} />
      ))}
      {guides.y.map((at) => (
        <span key={`y${at}`} className="box-guide y" style={{ top: `${at * 100}%` }} />
      ))}
    </div>
  );
}

interface ShapeProps {
  readonly region: Region;
  readonly index: number;
  readonly isSelected: boolean;
  readonly keys: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: () => void;
}

function BoxShape({ region, index, isSelected, keys, onKeyDown, onFocus }: ShapeProps) {
  const t = useT();
  const [x0, y0, x1, y1] = region.box;
  const percent = (part: number) => Math.round(part * 100);
  return (
    <button
      type="button"
      className="box-shape"
      data-box={index}
      data-selected={isSelected || undefined}
      tabIndex={keys ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={t("boxes.about", {
        label: region.label,
        left: percent(x0),
        top: percent(y0),
        width: percent(x1 - x0),
        height: percent(y1 - y0),
      })}
      style={{
        left: `${x0 * 100}%`,
        top: `${y0 * 100}%`,
        width: `${(x1 - x0) * 100}%`,
        height: `${(y1 - y0) * 100}%`,
        "--hue": (index * 137) % 360,
      }}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <span className="box-label">{region.label}</span>
      {isSelected &&
        HANDLES.map((one) => <span key={one} className="box-handle" data-handle={one} data-box={index} />)}
    </button>
  );
}

/** Arrow keys move a box, with Alt by a tenth, with Shift five times as far; Control resizes it. */
function nudge(event: KeyboardEvent, index: number, { regions, change, remove }: BoxStageProps): void {
  const region = regions[index];
  if (!region) return;
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    remove(index);
    return;
  }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  const by = NUDGE * (event.shiftKey ? 5 : event.altKey ? 0.1 : 1);
  const [dx = 0, dy = 0] = way.map((one) => one * by);
  const [, , x1, y1] = region.box;
  const box =
    event.ctrlKey || event.metaKey ? resized(region.box, "se", x1 + dx, y1 + dy) : moved(region.box, dx, dy);
  change(replaced(regions, index, box), `nudge ${index}`);
}

/** What was pressed: a box, or a handle of one; with Shift nothing, so that a box can be drawn within another. */
function pressed(event: PointerEvent) {
  const target = event.target instanceof HTMLElement && !event.shiftKey ? event.target : null;
  const held = target?.closest<HTMLButtonElement>(".box-shape");
  const handle = HANDLES.find((one) => one === target?.dataset.handle);
  return { handle, held, index: held ? Number(held.dataset.box) : null };
}

function replaced(regions: readonly Region[], index: number, box: Corners): Region[] {
  return regions.map((one, at) => (at === index ? { ...one, box } : one));
}

function useBoxGestures(props: BoxStageProps, stage: RefObject<HTMLDivElement | null>) {
  const t = useT();
  const { regions, select, change } = props;
  const snap = useDrawing((state) => state.snap);
  const grid = useDrawing((state) => state.grid);
  const [guides, setGuides] = useState<SnapLines>(NO_LINES);
  const gesture = useRef<Gesture | null>(null);

  const place = (event: PointerEvent): readonly [number, number] => {
    const area = stage.current?.getBoundingClientRect();
    if (!area) return [0, 0];
    return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  };
  const reach = () => {
    const area = stage.current?.getBoundingClientRect();
    return { x: REACH / (area?.width ?? 1), y: REACH / (area?.height ?? 1) };
  };
  const lines = (without: number) =>
    snapLines(
      regions.filter((_, index) => index !== without).map((one) => one.box),
      grid,
    );
  /** The box that a gesture makes of where it began and where it is; with Alt it snaps to nothing. */
  const boxFor = (now: Gesture, event: PointerEvent): { box: Corners; guides: SnapLines } => {
    const at = place(event);
    const known = snap && !event.altKey ? lines(now.index) : NO_LINES;
    if (now.kind === "move") {
      const box = moved(now.box, at[0] - now.from[0], at[1] - now.from[1]);
      return snapMoved(box, known, reach());
    }
    if (now.kind === "draw") {
      const begin = snapPoint(now.from, known, reach());
      const end = snapPoint(at, known, reach());
      return { box: between(begin.point, end.point), guides: end.guides };
    }
    return snapResized(now.box, now.kind, at, known, reach());
  };

  useEscape(() => {
    const now = gesture.current;
    if (!now) return false;
    gesture.current = null;
    setGuides(NO_LINES);
    if (now.begun) useDocuments.getState().undo();
    if (now.kind === "draw") select(null);
    return true;
  });

  return {
    guides,
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      if (event.button !== 0 || gesture.current) return;
      const { handle, held, index } = pressed(event);
      const region = index === null ? undefined : regions[index];
      if (!region && regions.length >= MOST_BOXES) return select(null);
      event.stopPropagation();
      if (region) held?.focus({ preventScroll: true });
      else event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      select(region ? index : null);
      const from = place(event);
      gesture.current = {
        kind: region ? (handle ?? "move") : "draw",
        pointer: event.pointerId,
        mark: freshId(),
        from,
        index: region && index !== null ? index : regions.length,
        box: region?.box ?? between(from, from),
        begun: false,
      };
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      const now = gesture.current;
      const area = stage.current?.getBoundingClientRect();
      if (!now || !area || event.pointerId !== now.pointer) return;
      const at = place(event);
      const far = Math.hypot((at[0] - now.from[0]) * area.width, (at[1] - now.from[1]) * area.height);
      if (!now.begun && far < BEGINS) return;
      now.begun = true;
      const { box, guides: found } = boxFor(now, event);
      setGuides(found);
      if (now.kind !== "draw") return change(replaced(regions, now.index, box), now.mark);
      const label = regions[now.index]?.label ?? freeBoxLabel(regions, t("boxes.new"));
      change([...regions.slice(0, now.index), { label, box }], now.mark);
      select(now.index);
    },
    onPointerUp() {
      gesture.current = null;
      setGuides(NO_LINES);
    },
    onPointerCancel() {
      gesture.current = null;
      setGuides(NO_LINES);
    },
  };
}
