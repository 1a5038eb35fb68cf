import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";

/** Yes or no; neither, where nothing is set. */
export function SwitchControl(props: ControlProps) {
  const now = currentValue(props);
  return (
    <input
      ref={(box) => {
        if (box) box.indeterminate = now === null;
      }}
      className="control-switch"
      type="checkbox"
      {...fieldProps(props)}
      checked={now === true}
      onChange={(event) => props.set(event.target.checked)}
    />
  );
}
