import { useT } from "../i18n/i18n.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";
import { Measure } from "./Measure.tsx";

/** A text of several lines: a prompt. */
export function LinesControl(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  return (
    <>
      <textarea
        className="control-field nowheel"
        {...fieldProps(props)}
        placeholder={now === null ? t("control.nothing") : ""}
        value={typeof now === "string" ? now : ""}
        onChange={(event) => props.set(event.target.value)}
      />
      <Measure {...props} />
    </>
  );
}
