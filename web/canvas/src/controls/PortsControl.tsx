import { wordsOf } from "../graph/catalogue.ts";
import { isArray } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { type ControlProps, currentValue } from "./control-props.ts";

/** Which ports of the body a loop goes over, or carries on. Names that the body does not have are kept. */
export function PortsControl(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  const chosen = isArray(now) ? now.filter((one) => typeof one === "string") : [];
  const ports = props.input.options ?? [];
  const lost = chosen.filter((one) => !ports.includes(one));
  const names = [...ports, ...lost];
  const toggle = (name: string, on: boolean) =>
    props.set([...ports, ...lost].filter((one) => (one === name ? on : chosen.includes(one))));
  return (
    <fieldset className="ports-control" aria-label={props.label}>
      {names.length === 0 && <span className="ports-none">{t("ports.none")}</span>}
      {names.map((name) => (
        <label key={name} className="port-choice" title={name}>
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={(event) => toggle(name, event.target.checked)}
          />
          {wordsOf(name)}
        </label>
      ))}
    </fieldset>
  );
}
