import { definitionsOf } from "../graph/workflow.ts";
import { useWorkflow } from "../state/documents.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";

/** A definition of this document, by name. One that is not there is shown as it is, and kept. */
export function DefinitionControl(props: ControlProps) {
  const workflow = useWorkflow();
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";
  const names = workflow ? definitionsOf(workflow) : [];
  return (
    <select
      className="control-field"
      {...fieldProps(props)}
      value={name}
      onChange={(event) => (event.target.value === "" ? props.clear() : props.set(event.target.value))}
    >
      {!names.includes(name) && <option value={name}>{name}</option>}
      {names.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}
