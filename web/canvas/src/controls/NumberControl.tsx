import { useState } from "react";
import { schemaOf } from "../graph/control-kind.ts";
import { type Json, Numeral, numberOf } from "../graph/json.ts";
import { type ControlProps, currentValue } from "./control-props.ts";

/** A number as it is typed; whole numbers beyond 2^53 keep all their digits. */
export function NumberControl({ input, value, set, clear, label }: ControlProps) {
  const schema = schemaOf(input.schema);
  const now = currentValue({ value, input });
  const shown = now instanceof Numeral ? now.text : typeof now === "number" ? String(now) : "";
  const [typed, setTyped] = useState<string | null>(null);
  const commit = () => {
    if (typed === null) return;
    const text = typed.trim();
    setTyped(null);
    if (text === "") return clear();
    const number = readNumber(text, schema?.type === "integer");
    if (number !== null) set(number);
  };
  return (
    <input
      className="control-field"
      type="text"
      inputMode="decimal"
      aria-label={label}
      value={typed ?? shown}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setTyped(null);
        const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        const number = numberOf(readNumber(typed ?? shown, false) ?? undefined);
        if (step !== undefined && number !== undefined) {
          event.preventDefault();
          setTyped(null);
          set(number + step * (schema?.type === "integer" ? 1 : 0.1));
        }
      }}
    />
  );
}

/** The number that a text is, or null. */
export function readNumber(text: string, whole: boolean): Json | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;
  const number = Number(text);
  if (!Number.isFinite(number)) return null;
  if (!whole) return number;
  if (!Number.isInteger(number)) return null;
  return Number.isSafeInteger(number) ? number : new Numeral(BigInt(text.replace(/^\+/, "")).toString());
}
