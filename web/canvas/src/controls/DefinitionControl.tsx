import "./definition-control.css";
import { emptyBody } from "../graph/commands/bodies.ts";
import { canUse } from "../graph/commands/uses.ts";
import { definitionTitle } from "../graph/definition.ts";
import { definitionsOf, hasPlace } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useWorkflow } from "../state/documents.ts";
import { useEdit, useHere } from "../state/here.ts";
import { useSelection } from "../state/selection.ts";
import { useUi } from "../state/ui.ts";
import { BodyThumbnail } from "./BodyThumbnail.tsx";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";

/** A definition of this document, with what is in it. One that is not there is shown as it is, and kept. */
export function DefinitionControl(props: ControlProps) {
  const workflow = useWorkflow();
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";
  if (!workflow) return null;
  return (
    <div className="definition-control">
      <DefinitionSelect
        label={props.label}
        wrong={props.wrong}
        name={name}
        choose={(to) => (to === "" ? props.clear() : props.set(to))}
        to={{ node: props.node, input: props.input.name }}
      />
      {name !== "" && hasPlace(workflow, name) ? (
        <BodyThumbnail workflow={workflow} definition={name} />
      ) : (
        <NoBody node={props.node} input={props.input.name} />
      )}
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly wrong?: string | undefined;
  readonly name: string;
  readonly choose: (name: string) => void;
  readonly to: { readonly node: string; readonly input: string };
}

/** The definitions that may be used here, and a new one. */
export function DefinitionSelect({ label, wrong, name, choose, to }: SelectProps) {
  const t = useT();
  const workflow = useWorkflow();
  const here = useHere();
  const { newBody } = useNewBody(to);
  if (!workflow) return null;
  const names = definitionsOf(workflow).filter((one) => one === name || canUse(workflow, here, one));
  return (
    <select
      className="control-field"
      {...fieldProps({ label, wrong })}
      value={name}
      onChange={(event) => {
        if (event.target.selectedOptions[0]?.dataset.make) newBody();
        else choose(event.target.value);
      }}
    >
      {!names.includes(name) && <option value={name}>{name || t("definition.choose")}</option>}
      {names.map((one) => (
        <option key={one} value={one}>
          {definitionTitle(workflow, one)}
        </option>
      ))}
      <option value={`${name}\u0000new`} data-make="new">
        {t("definition.new_empty")}
      </option>
    </select>
  );
}

function useNewBody(to: { readonly node: string; readonly input: string }) {
  const t = useT();
  const edit = useEdit();
  const openDialog = useUi((state) => state.openDialog);
  return {
    newBody: () =>
      edit(
        t("definition.new_empty"),
        (workflow, place) => emptyBody(workflow, place, to, t("definition.new")).workflow,
      ),
    fromSelection: (ids: ReadonlySet<string>) => openDialog("group", { ids: [...ids], to }),
  };
}

/** A node that has no body yet: one is made here, of what is selected or with nothing in it. */
function NoBody({ node, input }: { readonly node: string; readonly input: string }) {
  const t = useT();
  const selected = useSelection((state) => state.nodes);
  const { newBody, fromSelection } = useNewBody({ node, input });
  const others = new Set([...selected].filter((id) => id !== node));
  return (
    <div className="definition-none">
      <button type="button" className="button" onClick={newBody}>
        {t("definition.new_empty")}
      </button>
      <button
        type="button"
        className="button"
        disabled={others.size === 0}
        title={others.size === 0 ? t("definition.select_first") : undefined}
        onClick={() => fromSelection(others)}
      >
        {t("definition.from_selection")}
      </button>
    </div>
  );
}
