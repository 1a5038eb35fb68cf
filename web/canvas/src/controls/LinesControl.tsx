import { type ControlProps, currentValue } from "./control-props.ts";

/** A text of several lines: a prompt. */
export function LinesControl({ input, value, set, label }: ControlProps) {
  const now = currentValue({ value, input });
  return (
    <textarea
      className="control-field nowheel"
      aria-label={label}
      value={typeof now === "string" ? now : ""}
      onChange={(event) => set(event.target.value)}
    />
  );
}
