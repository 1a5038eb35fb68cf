import { type ControlProps, currentValue } from "./control-props.ts";

/** Yes or no. */
export function SwitchControl({ input, value, set, label }: ControlProps) {
  return (
    <input
      className="control-switch"
      type="checkbox"
      aria-label={label}
      checked={currentValue({ value, input }) === true}
      onChange={(event) => set(event.target.checked)}
    />
  );
}
