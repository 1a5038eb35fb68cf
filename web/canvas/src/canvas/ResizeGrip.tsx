/** The corner by which something on the canvas is sized: by hand, or by arrow keys when it has the focus. */

import "./resize-grip.css";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useDocuments } from "../state/documents.ts";
import { useView } from "../state/view.ts";

type Pair = readonly [number, number];

interface Props {
  readonly label: string;
  readonly size: Pair;
  readonly least: Pair;
  /** Only the width can be changed. */
  readonly wideOnly?: boolean;
  readonly resize: (size: Pair) => void;
}

const STEP = 16;
const STEPS: Readonly<Record<string, Pair>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export function ResizeGrip({ label, size, least, wideOnly = false, resize }: Props) {
  const start = useRef<{ readonly at: Pair; readonly size: Pair } | null>(null);
  const to = ([width, height]: Pair) =>
    resize([
      Math.max(least[0], Math.round(width)),
      wideOnly ? size[1] : Math.max(least[1], Math.round(height)),
    ]);
  const down = (event: PointerEvent<HTMLButtonElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { at: [event.clientX, event.clientY], size };
  };
  const move = (event: PointerEvent<HTMLButtonElement>) => {
    if (!start.current) return;
    const { zoom } = useView.getState().view;
    const { at, size: before } = start.current;
    to([before[0] + (event.clientX - at[0]) / zoom, before[1] + (event.clientY - at[1]) / zoom]);
  };
  const end = () => {
    start.current = null;
    useDocuments.getState().settle();
  };
  const key = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    to([size[0] + step[0], size[1] + step[1]]);
  };
  return (
    <button
      type="button"
      className="resize-grip nodrag nopan"
      data-wide={wideOnly || undefined}
      aria-label={label}
      tabIndex={-1}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={key}
    />
  );
}
