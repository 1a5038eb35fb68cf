import { outputsOf } from "../graph/face.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { useHere } from "../state/here.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";

/** An output of the body, by name, or none. */
export function GivenControl(props: ControlProps) {
  const t = useT();
  const workflow = useWorkflow();
  const here = useHere();
  const catalogue = useCatalogue((state) => state.catalogue);
  const body = workflow && bodyAt(workflow, here).nodes.get(props.node)?.inputs.get("body");
  const outputs =
    workflow && typeof body === "string" ? outputsOf(workflow, bodyAt(workflow, body), catalogue) : [];
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";
  return (
    <select
      className="control-field"
      {...fieldProps(props)}
      value={name}
      onChange={(event) => (event.target.value === "" ? props.clear() : props.set(event.target.value))}
    >
      <option value="">{t("ports.never")}</option>
      {name !== "" && !outputs.some((one) => one.name === name) && <option value={name}>{name}</option>}
      {outputs.map((one) => (
        <option key={one.name} value={one.name}>
          {one.title}
        </option>
      ))}
    </select>
  );
}
