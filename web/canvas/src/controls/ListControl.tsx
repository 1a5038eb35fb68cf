import { useState } from "react";
import { schemaOf } from "../graph/control-kind.ts";
import { isArray, type Json, Numeral } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { freshId } from "../state/fresh-id.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";
import { readNumber } from "./number-range.ts";

/** A few texts or numbers, with commas between; one with a comma in it is put in double quotes. */
export function ListControl(props: ControlProps) {
  const t = useT();
  const items = schemaOf(props.input.schema)?.items?.type;
  const now = currentValue(props);
  const shown = isArray(now) ? now.map(writtenItem).join(", ") : "";
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? null : readItems(typed, String(items));
  const commit = () => {
    if (typed === null || read === null) return;
    setTyped(null);
    if (typed.trim() === "" && props.value !== undefined) props.clear();
    else if (typed.trim() !== shown) props.set(read, freshId());
  };
  return (
    <input
      className="control-field"
      type="text"
      autoComplete="off"
      {...fieldProps(props, typed !== null && read === null)}
      title={t("control.list.how")}
      value={typed ?? shown}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
        if (event.key === "Escape") setTyped(null);
      }}
    />
  );
}

function writtenItem(item: Json): string {
  if (item instanceof Numeral) return item.text;
  if (typeof item !== "string") return JSON.stringify(item);
  return /[,"]|^\s|\s$|^$/.test(item) ? JSON.stringify(item) : item;
}

const ITEM = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*?))\s*(?:,|$)/y;

/** The items of a text, or null where they can not be what is wanted. */
export function readItems(text: string, type: string): Json[] | null {
  if (text.trim() === "") return [];
  const found: Json[] = [];
  ITEM.lastIndex = 0;
  while (ITEM.lastIndex < text.length) {
    const item = ITEM.exec(text);
    if (!item) return null;
    const written = item[1] === undefined ? (item[2] ?? "") : unquoted(item[1]);
    const value = type === "string" ? written : readNumber(written, type === "integer");
    if (value === null) return null;
    found.push(value);
  }
  return found;
}

function unquoted(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}
