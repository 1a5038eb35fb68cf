import { useState } from "react";
import { freeText } from "../graph/commands/edit.ts";
import { EMPTY_OBJECT, isObject, type JsonObject } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { IconButton } from "../ui/Button.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";
import { DefinitionSelect } from "./DefinitionControl.tsx";

/** What a switch runs for each choice: a line for a case, with its name and its definition. */
export function CasesControl(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  const cases: JsonObject = isObject(now) ? now : EMPTY_OBJECT;
  const set = (to: JsonObject) => (to.size === 0 ? props.clear() : props.set(to));
  const add = () => set(new Map(cases).set(freeText(t("cases.case"), cases), ""));
  return (
    <fieldset className="cases-control" aria-label={props.label}>
      <button type="button" className="button quiet" onClick={add}>
        {t("cases.add")}
      </button>
      {[...cases].map(([name, definition]) => (
        <div key={name} className="case-line">
          <CaseName
            name={name}
            rename={(to) => {
              if (to.trim() === "" || cases.has(to)) return;
              set(new Map([...cases].map(([one, value]) => [one === name ? to : one, value])));
            }}
          />
          <DefinitionSelect
            label={t("cases.definition", { name })}
            name={typeof definition === "string" ? definition : ""}
            choose={(to) => set(new Map(cases).set(name, to))}
            to={{ node: props.node, input: `cases.${name}` }}
          />
          <IconButton
            icon="close"
            label={t("cases.remove", { name })}
            onPress={() => set(new Map([...cases].filter(([one]) => one !== name)))}
          />
        </div>
      ))}
    </fieldset>
  );
}

function CaseName({ name, rename }: { readonly name: string; readonly rename: (to: string) => void }) {
  const t = useT();
  const [typed, setTyped] = useState<string | null>(null);
  const done = () => {
    if (typed !== null && typed !== name) rename(typed);
    setTyped(null);
  };
  return (
    <input
      className="control-field"
      aria-label={t("cases.name", { name })}
      value={typed ?? name}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter") done();
        if (event.key === "Escape") setTyped(null);
      }}
    />
  );
}
