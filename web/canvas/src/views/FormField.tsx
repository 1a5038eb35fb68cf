/** One input of the interface, with its help and what is wrong with it. */

import { Control } from "../controls/Control.tsx";
import { wordsOf } from "../graph/catalogue.ts";
import { clearPlaces, setPlaces } from "../graph/commands/inputs.ts";
import type { InputFace } from "../graph/face.ts";
import { type Body, type InterfaceInput, linksOf } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useFaults } from "../state/faults.ts";
import { useEdit } from "../state/here.ts";
import { Prose } from "../ui/Prose.tsx";
import { Said } from "../ui/Said.tsx";

interface Props {
  readonly name: string;
  readonly field: InterfaceInput;
  readonly face: InputFace | undefined;
  readonly body: Body;
}

export function FormField({ name, field, face, body }: Props) {
  const t = useT();
  const edit = useEdit();
  const faults = useFaults((state) => state.faults);
  const title = field.title || face?.title || wordsOf(name);
  const help = field.help || face?.help || "";
  const value = body.nodes.get(field.node)?.inputs.get(field.input);
  const places = [field, ...field.also];
  const wrong = faults.find((one) => one.node === field.node && one.input === field.input && !one.definition);
  if (!face) return null;
  return (
    <div className="form-field" data-control={face.control} data-wrong={wrong ? true : undefined}>
      <span className="form-label">{title}</span>
      {linksOf(value).length > 0 ? (
        <p className="form-linked">{t("control.linked")}</p>
      ) : (
        <Control
          input={{ ...face, title, help }}
          value={value}
          node={field.node}
          label={title}
          set={(to, mark) =>
            edit(
              t("edit.set", { title }),
              (workflow, place) => setPlaces(workflow, place, places, to),
              mark ?? `set ${name}`,
            )
          }
          clear={() => edit(t("control.reset"), (workflow, place) => clearPlaces(workflow, place, places))}
        />
      )}
      <Prose text={help} className="form-help" />
      {wrong && (
        <p className="form-wrong" role="alert">
          <Said of={wrong.message} /> <Said of={wrong.hint} />
        </p>
      )}
    </div>
  );
}
