import { useT } from "../i18n/i18n.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";
import { Measure } from "./Measure.tsx";

/** A text of one line. */
export function TextControl(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  return (
    <>
      <input
        className="control-field"
        type="text"
        {...fieldProps(props)}
        placeholder={now === null ? t("control.nothing") : ""}
        value={typeof now === "string" ? now : ""}
        onChange={(event) => props.set(event.target.value)}
      />
      <Measure {...props} />
    </>
  );
}
