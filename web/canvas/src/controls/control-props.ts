/** What every control is given. */

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
}

/** The value that counts: what the document says, else the default. */
export function currentValue({ value, input }: Pick<ControlProps, "value" | "input">): Json | undefined {
  if (value !== undefined) return value;
  return input.default === undefined ? undefined : fromPlain(input.default);
}
