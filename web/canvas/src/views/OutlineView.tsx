/** The workflow as a list: its nodes in running order, each with its inputs, for keyboards and small screens. */

import "./outline-view.css";
import { definitionTitle } from "../graph/definition.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { nameOf, usePlace, useWorkflow } from "../state/documents.ts";
import { AddNode } from "./AddNode.tsx";
import { OutlineBody } from "./OutlineBody.tsx";
import { RunTold } from "./RunTold.tsx";

export function OutlineView() {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  if (!workflow) return null;
  const title = place === null ? nameOf(workflow) || t("tab.untitled") : definitionTitle(workflow, place);
  const count = bodyAt(workflow, place).nodes.size;
  return (
    <div className="outline-view">
      <header className="outline-top">
        <h1>{title}</h1>
        <p className="outline-note">
          {count === 0 ? t("outline.empty") : t("outline.about")}{" "}
          {count > 0 && <span className="outline-keys">{t("outline.keys")}</span>}
        </p>
        <AddNode />
      </header>
      <RunTold />
      <OutlineBody place={place} level={2} prefix="" />
    </div>
  );
}
