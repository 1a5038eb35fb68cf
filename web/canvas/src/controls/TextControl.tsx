import { type ControlProps, currentValue } from "./control-props.ts";

/** A text of one line. */
export function TextControl({ input, value, set, label }: ControlProps) {
  const now = currentValue({ value, input });
  return (
    <input
      className="control-field"
      type="text"
      aria-label={label}
      value={typeof now === "string" ? now : ""}
      onChange={(event) => set(event.target.value)}
    />
  );
}
