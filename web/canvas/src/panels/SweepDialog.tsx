/** Run the workflow for a table of values: every combination, or row by row. */

import "./sweep.css";
import { useMemo, useState } from "react";
import type { Catalogue } from "../graph/catalogue.ts";
import { schemaOf } from "../graph/control-kind.ts";
import { facesOf, type InputFace, titleOf } from "../graph/face.ts";
import { isLinkOnly } from "../graph/geometry.ts";
import type { Plain } from "../graph/json.ts";
import { bodyAt, linksOf, type Workflow } from "../graph/workflow.ts";
import { t, useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { run } from "../state/running.ts";
import { useUi } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { countOf, type How, MOST_RUNS, readValues } from "./sweep-values.ts";

/** An input that a sweep can set. */
interface Choice {
  /** As the server knows it: a name of the interface, or `node.input`. */
  readonly name: string;
  readonly title: string;
  readonly takesText: boolean;
  /** The values that there are to choose from, as they are written. */
  readonly values: readonly string[];
}

interface Column {
  readonly key: string;
  readonly name: string;
  readonly text: string;
}

export function SweepDialog({ close }: { readonly close: () => void }) {
  const t = useT();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const openDialog = useUi((state) => state.openDialog);
  const choices = useMemo(() => (workflow ? choicesOf(workflow, catalogue) : []), [workflow, catalogue]);
  const [columns, setColumns] = useState<readonly Column[]>([]);
  const [how, setHow] = useState<How>("product");
  const shown = columns.length > 0 ? columns : firstColumn(choices);
  const read = shown.map(({ name, text }) =>
    readValues(text, choices.find((one) => one.name === name)?.takesText ?? false),
  );
  const filled = read.filter((values): values is readonly Plain[] => values !== null && values.length > 0);
  const count = filled.length < shown.length ? null : countOf(filled, how);
  const isGood = count !== null && count > 0 && count <= MOST_RUNS;
  const change = (key: string, to: Partial<Column>) =>
    setColumns(shown.map((one) => (one.key === key ? { ...one, ...to } : one)));
  const go = async () => {
    const table = Object.fromEntries(shown.map(({ name }, index) => [name, read[index] ?? []]));
    const job = await run({ sweep: { table, how } });
    if (job) openDialog("results", job.id);
  };
  return (
    <Dialog
      title={t("sweep.title")}
      close={close}
      size="large"
      footer={
        <>
          <span className="grow" role="status">
            {isGood ? t("sweep.count", { count }) : t(whyNot(count, read, how))}
          </span>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button tone="accent" icon="play" isDisabled={!isGood} onPress={() => void go()}>
            {t("sweep.go")}
          </Button>
        </>
      }
    >
      <div className="form">
        <p className="form-note">{t("sweep.help")}</p>
        {shown.map((column) => (
          <fieldset className="sweep-column" key={column.key}>
            <legend className="visually-hidden">{t("sweep.column")}</legend>
            <label className="field">
              <span>{t("sweep.input")}</span>
              <select
                value={column.name}
                onChange={(event) => change(column.key, { name: event.target.value })}
              >
                {choices.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title}
                  </option>
                ))}
              </select>
            </label>
            <label className="field">
              <span>{t("sweep.values")}</span>
              <textarea
                value={column.text}
                spellCheck={false}
                placeholder={hintOf(choices.find((one) => one.name === column.name))}
                onChange={(event) => change(column.key, { text: event.target.value })}
              />
            </label>
            <IconButton
              icon="trash"
              label={t("sweep.remove")}
              isDisabled={shown.length < 2}
              onPress={() => setColumns(shown.filter((one) => one.key !== column.key))}
            />
          </fieldset>
        ))}
        <div className="sweep-more">
          <Button
            icon="plus"
            isDisabled={shown.length >= choices.length}
            onPress={() => setColumns([...shown, ...nextColumn(choices, shown)])}
          >
            {t("sweep.add")}
          </Button>
          <label className="sweep-how">
            <span>{t("sweep.how")}</span>
            <select value={how} onChange={(event) => setHow(event.target.value as How)}>
              <option value="product">{t("sweep.product")}</option>
              <option value="zip">{t("sweep.zip")}</option>
            </select>
          </label>
        </div>
      </div>
    </Dialog>
  );
}

function whyNot(count: number | null, read: readonly (readonly Plain[] | null)[], how: How) {
  if (read.some((values) => values === null)) return "sweep.unreadable" as const;
  if (count !== null && count > MOST_RUNS) return "sweep.too_large" as const;
  if (how === "zip" && read.every((values) => values && values.length > 0)) return "sweep.uneven" as const;
  return "sweep.empty" as const;
}

function firstColumn(choices: readonly Choice[]): Column[] {
  return nextColumn(choices, []);
}

function nextColumn(choices: readonly Choice[], taken: readonly Column[]): Column[] {
  const next = choices.find((one) => !taken.some((column) => column.name === one.name));
  return next ? [{ key: `${taken.length} ${next.name}`, name: next.name, text: "" }] : [];
}

/** What to type for an input: what there is to choose, else what values look like. */
function hintOf(choice: Choice | undefined): string {
  if (choice && choice.values.length > 0) return choice.values.join("\n");
  return t(choice?.takesText ? "sweep.values_text" : "sweep.values_number");
}

function valuesOf(input: InputFace | undefined): readonly string[] {
  return (schemaOf(input?.schema ?? null)?.enum ?? []).map(String);
}

/** The inputs that can be swept: those of the interface, then every literal of a node of the document. */
export function choicesOf(workflow: Workflow, catalogue: Catalogue): Choice[] {
  const body = bodyAt(workflow, null);
  const faces = facesOf(workflow, body, catalogue);
  const inputAt = (node: string, input: string) => faces.get(node)?.inputs.find((one) => one.name === input);
  const taken = new Set<string>();
  const found: Choice[] = [];
  for (const [name, port] of body.interface.inputs) {
    taken.add(`${port.node}.${port.input}`);
    const input = inputAt(port.node, port.input);
    found.push({
      name,
      title: port.title || input?.title || name,
      takesText: isText(input),
      values: valuesOf(input),
    });
  }
  for (const [id, node] of body.nodes) {
    const face = faces.get(id);
    for (const input of face?.inputs ?? []) {
      const name = `${id}.${input.name}`;
      if (taken.has(name) || input.fixed || isLinkOnly(input)) continue;
      if (linksOf(node.inputs.get(input.name)).length > 0) continue;
      const title = `${face ? titleOf(node, face) : id} › ${input.title}`;
      found.push({ name, title, takesText: isText(input), values: valuesOf(input) });
    }
  }
  return found;
}

function isText(input: InputFace | undefined): boolean {
  const schema = schemaOf(input?.schema ?? null);
  return schema?.type === "string" && !schema.enum;
}
