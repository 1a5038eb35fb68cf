import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { Numeral, numberOf } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { freshId } from "../state/fresh-id.ts";
import { type ControlProps, currentValue, fieldProps, setNothing } from "./control-props.ts";
import { clamped, fractionOf, type NumberRange, rangeOf, readNumber } from "./number-range.ts";

const PIXELS_A_STEP = 4;
const DRAG_BEGINS = 3; // pixels, before which a press is a click that edits

/**
 * A number: typed, as a sum too, or dragged sideways. A bar shows where it is between ends that are near;
 * whole numbers beyond 2^53 keep all their digits.
 */
export function NumberControl(props: ControlProps) {
  const { input, set } = props;
  const t = useT();
  const range = rangeOf(input.schema);
  const now = currentValue(props);
  const number = numberOf(now);
  const shown = now instanceof Numeral ? now.text : number === undefined ? "" : String(number);
  const [typed, setTyped] = useState<string | null>(null);
  const drag = useDrag(number, range, (value) => set(value, `drag ${props.node}.${input.name}`));
  const commit = () => {
    if (typed === null) return;
    setTyped(null);
    if (typed.trim() === "") return setNothing(props);
    const read = readNumber(typed, range.whole);
    if (read !== null && typed.trim() !== shown) set(read, freshId());
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") return commit();
    if (event.key === "Escape") return setTyped(null);
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const from = typed === null ? number : numberOf(readNumber(typed, range.whole) ?? undefined);
    if (sign === undefined || from === undefined) return;
    event.preventDefault();
    setTyped(null);
    const factor = event.shiftKey ? 10 : event.altKey && !range.whole ? 0.1 : 1;
    set(clamped(from + sign * range.step * factor, range));
  };
  const fraction = fractionOf(number, range);
  const wrong = typed !== null && typed.trim() !== "" && readNumber(typed, range.whole) === null;
  return (
    <input
      {...drag}
      className="control-field number"
      type="text"
      inputMode="decimal"
      autoComplete="off"
      role="spinbutton"
      {...fieldProps(props, wrong)}
      placeholder={now === null ? t("control.nothing") : ""}
      aria-valuenow={number ?? 0}
      aria-valuetext={shown}
      {...(Number.isFinite(range.least) ? { "aria-valuemin": range.least } : {})}
      {...(Number.isFinite(range.most) ? { "aria-valuemax": range.most } : {})}
      title={wrong ? t("control.number.wrong") : ""}
      data-bar={fraction !== null || undefined}
      style={fraction === null ? undefined : { "--bar": `${fraction * 100}%` }}
      value={typed ?? shown}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={press}
    />
  );
}

/** Dragging sideways over a field that is not being typed into. Shift is ten times as far, Alt a tenth. */
function useDrag(number: number | undefined, range: NumberRange, set: (value: number) => void) {
  const start = useRef<{ x: number; from: number; moved: boolean } | null>(null);
  return {
    onPointerDown(event: PointerEvent<HTMLInputElement>) {
      if (event.button !== 0 || number === undefined || event.currentTarget === document.activeElement)
        return;
      if (event.pointerType === "touch") return; // a finger scrolls, and taps to type
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      start.current = { x: event.clientX, from: number, moved: false };
    },
    onPointerMove(event: PointerEvent<HTMLInputElement>) {
      const begun = start.current;
      if (!begun) return;
      const far = event.clientX - begun.x;
      if (!begun.moved && Math.abs(far) < DRAG_BEGINS) return;
      begun.moved = true;
      const wide = event.currentTarget.offsetWidth;
      const along = range.bounded
        ? (far / wide) * (range.most - range.least)
        : (far / PIXELS_A_STEP) * range.step;
      const factor = event.shiftKey ? 10 : event.altKey ? 0.1 : 1;
      set(clamped(begun.from + along * factor, range));
    },
    onPointerUp(event: PointerEvent<HTMLInputElement>) {
      const begun = start.current;
      start.current = null;
      if (begun && !begun.moved) {
        event.currentTarget.focus();
        event.currentTarget.select();
      }
    },
    onPointerCancel() {
      start.current = null;
    },
  };
}
