import { schemaOf } from "../graph/control-kind.ts";
import { fromPlain, sameJson } from "../graph/json.ts";
import { type ControlProps, currentValue } from "./control-props.ts";

/** One of a few values. A value that is none of them is shown as it is, and kept. */
export function ChoiceControl({ input, value, set, label }: ControlProps) {
  const now = currentValue({ value, input });
  const choices = (schemaOf(input.schema)?.enum ?? []).map(fromPlain);
  const at = choices.findIndex((one) => sameJson(one, now));
  return (
    <select
      className="control-field"
      aria-label={label}
      value={at}
      onChange={(event) => {
        const chosen = choices[Number(event.target.value)];
        if (chosen !== undefined) set(chosen);
      }}
    >
      {at < 0 && <option value={-1}>{typeof now === "string" ? now : ""}</option>}
      {choices.map((one, index) => (
        <option key={String(one)} value={index}>
          {String(one)}
        </option>
      ))}
    </select>
  );
}
