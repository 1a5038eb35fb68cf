/** Asks which body of a node to go into: what is done then, otherwise, or in a case. */

import { BodyThumbnail } from "../controls/BodyThumbnail.tsx";
import { definitionTitle } from "../graph/definition.ts";
import { bodyAt } from "../graph/workflow.ts";
import { type Key, useT } from "../i18n/i18n.ts";
import { usePlace, useWorkflow } from "../state/documents.ts";
import { bodiesHere } from "../state/entering.ts";
import { Dialog } from "../ui/Dialog.tsx";
import "../controls/definition-control.css";
import "./definitions.css";

interface Props {
  readonly about: unknown;
  readonly close: () => void;
}

const WORDS: ReadonlyMap<string, Key> = new Map([
  ["then", "body.then"],
  ["otherwise", "body.otherwise"],
  ["default", "body.default"],
]);

export function BodiesDialog({ about, close }: Props) {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const { node } = about as { readonly node: string };
  if (!workflow || !bodyAt(workflow, place).nodes.has(node)) return null;
  const caseName = (input: string) => t("body.case", { name: input.slice("cases.".length) });
  return (
    <Dialog title={t("bodies.title")} close={close}>
      <ul className="bodies">
        {bodiesHere(node).map(({ input, definition }) => {
          const key = WORDS.get(input);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside is what is pressed
            <li key={input} onClick={close}>
              <h3>
                {key ? t(key) : caseName(input)}: {definitionTitle(workflow, definition)}
              </h3>
              <BodyThumbnail workflow={workflow} definition={definition} />
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
