/** What every control is given. */

import type { Schema } from "../graph/catalogue.ts";
import type { InputFace } from "../graph/face.ts";
import { fromPlain, type Json } from "../graph/json.ts";

export interface ControlProps {
  readonly input: InputFace;
  /** What the document says; undefined where it says nothing and the default holds. */
  readonly value: Json | undefined;
  /** Change the value. Changes with one `mark`, one after the other, are undone together. */
  readonly set: (value: Json, mark?: string) => void;
  /** Leave the input out again. */
  readonly clear: () => void;
  /** The node's id. */
  readonly node: string;
  /** The name for whoever can not see where the control stands. */
  readonly label: string;
  /** The id of the element that says what is wrong with the value, where something is. */
  readonly wrong?: string | undefined;
}

/** The value that counts: what the document says, else the default. */
export function currentValue({ value, input }: Pick<ControlProps, "value" | "input">): Json | undefined {
  if (value !== undefined) return value;
  return input.default === undefined ? undefined : fromPlain(input.default);
}

/** What the field of a control tells assistive technology; `here` is what the control itself finds wrong. */
export function fieldProps(
  { label, wrong }: Pick<ControlProps, "label" | "wrong">,
  here = false,
): {
  readonly "aria-label": string;
  readonly "aria-invalid"?: true;
  readonly "aria-describedby"?: string;
} {
  return {
    "aria-label": label,
    ...(here || wrong ? { "aria-invalid": true as const } : {}),
    ...(wrong ? { "aria-describedby": wrong } : {}),
  };
}

/** Whether an input may be set to nothing. */
export function isOptional(schema: Schema | null): boolean {
  return schema?.anyOf?.some((one) => one.type === "null") ?? false;
}

/** Set nothing, where an input may be nothing; else let it have its default again. */
export function setNothing({ input, set, clear }: Pick<ControlProps, "input" | "set" | "clear">): void {
  if (isOptional(input.schema) && input.default !== null) set(null);
  else clear();
}
