/** What the document, or the definition that one is in, takes and gives: names, words, order, where it leads. */

import "./definitions.css";
import { promoteInput, promoteOutput, type Side } from "../graph/commands/interface.ts";
import { definitionTitle } from "../graph/definition.ts";
import { type Face, facesOf, titleOf } from "../graph/face.ts";
import { type Body, bodyAt, linksOf } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "../state/documents.ts";
import { InterfaceEntry } from "./InterfaceEntry.tsx";

export function InterfacePanel() {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  if (!workflow) return null;
  const body = bodyAt(workflow, place);
  const faces = facesOf(workflow, body, catalogue);
  return (
    <div className="interface-panel">
      <p className="panel-note">
        {place === null
          ? t("interface.about")
          : t("interface.about_definition", { title: definitionTitle(workflow, place) })}
      </p>
      <Half side="inputs" body={body} faces={faces} />
      <Half side="outputs" body={body} faces={faces} />
    </div>
  );
}

interface HalfProps {
  readonly side: Side;
  readonly body: Body;
  readonly faces: ReadonlyMap<string, Face>;
}

function Half({ side, body, faces }: HalfProps) {
  const t = useT();
  const names = [...body.interface[side].keys()];
  return (
    <section aria-label={t(`interface.${side}`)}>
      <h3>{t(`interface.${side}`)}</h3>
      {names.length === 0 && <p className="panel-note">{t(`interface.no_${side}`)}</p>}
      <ol className="interface-list">
        {names.map((name, index) => (
          <InterfaceEntry
            key={name}
            side={side}
            name={name}
            index={index}
            count={names.length}
            body={body}
            faces={faces}
          />
        ))}
      </ol>
      <AddEntry side={side} body={body} faces={faces} />
    </section>
  );
}

/** All that could be added, by node, in one list. */
function AddEntry({ side, body, faces }: HalfProps) {
  const t = useT();
  const edit = useDocuments((state) => state.edit);
  const there = new Set(
    side === "inputs"
      ? [...body.interface.inputs.values()].flatMap((port) =>
          [port, ...port.also].map((one) => `${one.node}.${one.input}`),
        )
      : [...body.interface.outputs.values()].map((one) => `${one.node}.${one.output}`),
  );
  const groups = [...body.nodes].flatMap(([id, node]) => {
    const face = faces.get(id);
    if (!face) return [];
    const sockets =
      side === "inputs"
        ? face.inputs.filter((one) => !one.fixed && linksOf(node.inputs.get(one.name)).length === 0)
        : face.outputs;
    const free = sockets.filter((one) => !there.has(`${id}.${one.name}`));
    return free.length > 0 ? [{ id, title: titleOf(node, face), free }] : [];
  });
  const add = (value: string) => {
    const dot = value.indexOf("."); // no id of a node has one
    const [node, socket] = [value.slice(0, dot), value.slice(dot + 1)];
    edit(t("menu.promote"), (workflow, place) =>
      side === "inputs"
        ? promoteInput(workflow, place, node, socket)
        : promoteOutput(workflow, place, node, socket),
    );
  };
  return (
    <select
      className="text-field"
      aria-label={t(`interface.add_${side}`)}
      value=""
      disabled={groups.length === 0}
      onChange={(event) => add(event.target.value)}
    >
      <option value="">{t(`interface.add_${side}`)}</option>
      {groups.map(({ id, title, free }) => (
        <optgroup key={id} label={title}>
          {free.map((one) => (
            <option key={one.name} value={`${id}.${one.name}`}>
              {one.title}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
