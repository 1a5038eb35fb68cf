import { schemaOf } from "../graph/control-kind.ts";
import { fromPlain, sameJson } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { type ControlProps, currentValue, fieldProps, isOptional } from "./control-props.ts";

const NOTHING = "nothing";

/** One of a few values. A value that is none of them is shown as it is, and kept. */
export function ChoiceControl(props: ControlProps) {
  const { input, value, set } = props;
  const t = useT();
  const now = currentValue({ value, input });
  const choices = (schemaOf(input.schema)?.enum ?? []).map(fromPlain);
  const at = choices.findIndex((one) => sameJson(one, now));
  return (
    <select
      className="control-field"
      {...fieldProps(props)}
      value={at < 0 && now === null ? NOTHING : at}
      onChange={(event) => {
        if (event.target.value === NOTHING) return set(null);
        const chosen = choices[Number(event.target.value)];
        if (chosen !== undefined) set(chosen);
      }}
    >
      {isOptional(input.schema) && !choices.includes(null) && (
        <option value={NOTHING}>{t("control.nothing")}</option>
      )}
      {at < 0 && now !== null && <option value={-1}>{typeof now === "string" ? now : ""}</option>}
      {choices.map((one, index) => (
        <option key={String(one)} value={index}>
          {input.choices?.[String(one)] ?? String(one)}
        </option>
      ))}
    </select>
  );
}
