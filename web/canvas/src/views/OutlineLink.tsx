/** Where an input's value comes from, as a list of all that fits. */

import { demoteInput, promoteInput } from "../graph/commands/interface.ts";
import { connect, disconnect, redirect } from "../graph/commands/links.ts";
import { definitionTitle } from "../graph/definition.ts";
import { type InputFace, portsOf } from "../graph/face.ts";
import { isLinkOnly } from "../graph/geometry.ts";
import type { Source } from "../graph/outline.ts";
import { fitsInput } from "../graph/shape.ts";
import type { Body, Edge } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { useEdit, useHere } from "../state/here.ts";

interface Props {
  readonly id: string;
  readonly input: InputFace;
  readonly label: string;
  readonly body: Body;
  /** The outputs that fit. */
  readonly sources: readonly Source[];
  /** The port of the definition that leads here. */
  readonly port: string | null;
  /** The link that is there, or null for one more. */
  readonly edge: Edge | null;
  /** Called when something was chosen, or nothing is to be. */
  readonly done?: () => void;
}

const PORT = "port:"; // no id of a node has a colon

export function OutlineLink({ id, input, label, body, sources, port, edge, done }: Props) {
  const t = useT();
  const edit = useEdit();
  const here = useHere();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const ports =
    workflow && here !== null && !input.fixed
      ? portsOf(workflow, body, catalogue).filter(
          (one) => one.name === port || fitsInput(one.shape, input.shape, input.many),
        )
      : [];
  const now = edge ? `${edge.source}.${edge.output}` : port === null ? "" : `${PORT}${port}`;
  const known = now === "" || port !== null || sources.some((one) => `${one.node}.${one.output}` === now);
  const choose = (value: string) => {
    done?.();
    if (value === now) return;
    const label = t(value === "" ? "edit.disconnect" : "edit.connect");
    edit(label, (document, place) => {
      const free = port === null ? document : demoteInput(document, place, id, input.name);
      if (value === "") return edge ? disconnect(free, place, edge) : free;
      if (value.startsWith(PORT)) {
        const cut = edge ? disconnect(free, place, edge) : free;
        return promoteInput(cut, place, id, input.name, value.slice(PORT.length));
      }
      const dot = value.indexOf(".");
      const [source, output] = [value.slice(0, dot), value.slice(dot + 1)];
      if (edge) return redirect(free, place, edge, source, output);
      return connect(free, place, { source, output, target: id, input: input.name, many: input.many });
    });
  };
  const none = edge || port !== null ? "outline.unlink" : input.many ? "outline.add_link" : "outline.no_link";
  return (
    <select
      className="text-field outline-link"
      aria-label={t("outline.from", { input: label })}
      value={now}
      data-linked={now !== "" || undefined}
      onChange={(event) => choose(event.target.value)}
      onBlur={() => now === "" && !isLinkOnly(input) && done?.()}
    >
      <option value="">{t(none)}</option>
      {!known && <option value={now}>{now}</option>}
      {workflow && here !== null && ports.length > 0 && (
        <optgroup label={t("outline.ports", { title: definitionTitle(workflow, here) })}>
          {ports.map((one) => (
            <option key={one.name} value={`${PORT}${one.name}`}>
              {one.title}
            </option>
          ))}
        </optgroup>
      )}
      {sources.map((one) => (
        <option key={`${one.node}.${one.output}`} value={`${one.node}.${one.output}`}>
          {one.title}
        </option>
      ))}
    </select>
  );
}
