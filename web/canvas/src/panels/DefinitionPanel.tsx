/** The definitions of the document: what they are called, what they do, how often they are used. */

import "./definitions.css";
import { nodeTitle } from "../graph/catalogue.ts";
import {
  addDefinition,
  describeDefinition,
  duplicateDefinition,
  removeDefinition,
  renameDefinition,
  retitleDefinition,
} from "../graph/commands/definitions.ts";
import { isName } from "../graph/commands/edit.ts";
import { type Use, usesOf } from "../graph/commands/uses.ts";
import { definitionHelp, definitionTitle } from "../graph/definition.ts";
import { bodyAt, definitionsOf, type Place, type Workflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "../state/documents.ts";
import { goTo } from "../state/entering.ts";
import { lead } from "../state/lead.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { CommitField } from "../ui/CommitField.tsx";

export function DefinitionPanel() {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const edit = useDocuments((state) => state.edit);
  if (!workflow) return null;
  const names = definitionsOf(workflow);
  return (
    <div className="interface-panel">
      <p className="panel-note">{t(names.length === 0 ? "definition.none" : "definition.about")}</p>
      <ul className="interface-list">
        {names.map((name) => (
          <Entry key={name} workflow={workflow} name={name} isHere={place === name} />
        ))}
      </ul>
      <Button
        icon="plus"
        onPress={() =>
          edit(t("definition.new_empty"), (document) => addDefinition(document, t("definition.new")).workflow)
        }
      >
        {t("definition.new_empty")}
      </Button>
    </div>
  );
}

interface EntryProps {
  readonly workflow: Workflow;
  readonly name: string;
  readonly isHere: boolean;
}

function Entry({ workflow, name, isHere }: EntryProps) {
  const t = useT();
  const edit = useDocuments((state) => state.edit);
  const title = definitionTitle(workflow, name);
  const uses = usesOf(workflow, name);
  return (
    <li className="interface-entry" data-here={isHere || undefined}>
      <div className="interface-head">
        <CommitField
          value={title === name ? "" : title}
          placeholder={name}
          label={t("interface.title", { name: title })}
          commit={(text) =>
            edit(t("interface.retitle"), (document) => retitleDefinition(document, name, text))
          }
        />
        <IconButton
          icon="enter"
          label={t("definition.enter", { title })}
          isDisabled={isHere}
          onPress={() => goTo(name)}
        />
        <IconButton
          icon="plus"
          label={t("definition.duplicate", { title })}
          onPress={() =>
            edit(t("menu.duplicate_definition"), (document) => duplicateDefinition(document, name).workflow)
          }
        />
        <IconButton
          icon="trash"
          label={t("definition.remove", { title })}
          isDisabled={uses.length > 0 || isHere}
          onPress={() => edit(t("menu.remove_definition"), (document) => removeDefinition(document, name))}
        />
      </div>
      <CommitField
        value={definitionHelp(workflow, name)}
        placeholder={t("interface.help_placeholder")}
        label={t("interface.help", { name: title })}
        commit={(text) => edit(t("interface.rehelp"), (document) => describeDefinition(document, name, text))}
      />
      {!isHere && (
        <div className="interface-name">
          <span>{t("interface.name")}</span>
          <CommitField
            className="mono"
            value={name}
            label={t("interface.rename", { name: title })}
            allowed={(text) => isName(text) && !definitionsOf(workflow).includes(text)}
            commit={(text) =>
              edit(t("interface.renamed"), (document) => renameDefinition(document, name, text))
            }
          />
        </div>
      )}
      <p className="panel-note">{t("definition.uses", { count: uses.length })}</p>
      <ul className="interface-places">
        {uses.map((use) => (
          <UseLine key={`${use.place ?? ""}/${use.node}`} use={use} workflow={workflow} />
        ))}
      </ul>
    </li>
  );
}

function UseLine({ use, workflow }: { readonly use: Use; readonly workflow: Workflow }) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const node = bodyAt(workflow, use.place).nodes.get(use.node);
  // Nodes without a title of their own are all called the same here: the id tells them apart.
  const words = node?.title || `${nodeTitle(catalogue, node?.type ?? "flow/call")} (${use.node})`;
  return (
    <li>
      <button type="button" className="interface-place" onClick={() => lead(use.node, use.place)}>
        →{" "}
        {t("definition.use", {
          node: words,
          place: placeTitle(workflow, use.place, t("definition.the_document")),
        })}
      </button>
    </li>
  );
}

function placeTitle(workflow: Workflow, place: Place, document: string): string {
  return place === null ? document : definitionTitle(workflow, place);
}
