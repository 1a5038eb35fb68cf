/** An input in the outline: a control where it is set here, a chooser where it comes from elsewhere. */

import { useId, useState } from "react";
import { Control } from "../controls/Control.tsx";
import { clearInput, setInput } from "../graph/commands/inputs.ts";
import { promotedAs } from "../graph/commands/interface.ts";
import { type Face, type InputFace, titleOf } from "../graph/face.ts";
import { isLinkOnly } from "../graph/geometry.ts";
import { fittingSources, type Source } from "../graph/outline.ts";
import { type Body, edgesInto, type WorkflowNode } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useFaults } from "../state/faults.ts";
import { useEdit, useHere } from "../state/here.ts";
import { shapeTitle } from "../state/wiring.ts";
import { IconButton } from "../ui/Button.tsx";
import { plainProse } from "../ui/Prose.tsx";
import { Said } from "../ui/Said.tsx";
import { OutlineLink } from "./OutlineLink.tsx";

interface Props {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly input: InputFace;
  readonly body: Body;
  readonly faces: ReadonlyMap<string, Face>;
  readonly sources: readonly Source[];
}

export function OutlineInput({ id, node, input, body, faces, sources }: Props) {
  const t = useT();
  const wrongId = useId();
  const here = useHere();
  const edit = useEdit();
  const [linking, setLinking] = useState(false);
  const wrong = useFaults((state) =>
    state.faults.find(
      (one) => one.node === id && one.input === input.name && (one.definition ?? null) === here,
    ),
  );
  const face = faces.get(id);
  const title = t("node.input", { title: input.title, node: face ? titleOf(node, face) : id });
  const edges = edgesInto(id, node).filter((one) => one.input === input.name);
  const port = here === null ? null : promotedAs(body.interface, id, input.name);
  const fitting = fittingSources(sources, input);
  const linked = edges.length > 0 || port !== null;
  const choosing = linked || isLinkOnly(input) || linking;
  const link = { id, input, label: title, body, sources: fitting, port };
  return (
    <fieldset
      className="outline-input"
      data-control={choosing ? "link" : input.control}
      data-wrong={wrong ? true : undefined}
      aria-label={input.title}
      aria-describedby={wrong ? wrongId : undefined}
    >
      <span
        className="outline-label"
        title={plainProse(input.help) || shapeTitle(input.shape, useCatalogue.getState().catalogue)}
      >
        {input.title}
        {input.required && !linked && node.inputs.get(input.name) === undefined && (
          <span className="outline-required"> {t("outline.required")}</span>
        )}
      </span>
      <div className="outline-value">
        {edges.map((edge) => (
          <OutlineLink key={edge.id} {...link} edge={edge} />
        ))}
        {choosing && (edges.length === 0 || input.many) && port === null && (
          <OutlineLink {...link} edge={null} done={() => setLinking(false)} />
        )}
        {port !== null && <OutlineLink {...link} edge={null} />}
        {!choosing && (
          <Control
            input={input}
            value={node.inputs.get(input.name)}
            node={id}
            label={title}
            set={(value, mark) =>
              edit(
                t("edit.set", { title: input.title }),
                (workflow, place) => setInput(workflow, place, id, input.name, value),
                mark ?? `set ${here ?? ""} ${id}.${input.name}`,
              )
            }
            clear={() =>
              edit(t("control.reset"), (workflow, place) => clearInput(workflow, place, id, input.name))
            }
          />
        )}
        {!choosing && !input.fixed && (fitting.length > 0 || here !== null) && (
          <IconButton
            icon="link"
            label={t("outline.link", { title: input.title })}
            onPress={() => setLinking(true)}
          />
        )}
      </div>
      {wrong && (
        <p className="outline-wrong" id={wrongId}>
          <Said of={wrong.message} /> <Said of={wrong.hint} />
        </p>
      )}
    </fieldset>
  );
}
