/** Where one is in a document: the definitions that were entered, and what else they count for. */

import "./breadcrumb.css";
import { usesOf } from "../graph/commands/uses.ts";
import { definitionTitle } from "../graph/definition.ts";
import { useT } from "../i18n/i18n.ts";
import { activeTab, nameOf, useDocuments } from "../state/documents.ts";
import { leaveTo } from "../state/entering.ts";
import { useUi } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";

export function Breadcrumb() {
  const t = useT();
  const tab = useDocuments(activeTab);
  const openPanel = useUi((state) => state.openPanel);
  const here = tab?.trail.at(-1);
  if (!tab || here === undefined) return null;
  const workflow = tab.history.present;
  const names = [
    nameOf(workflow) || t("tab.untitled"),
    ...tab.trail.map((one) => definitionTitle(workflow, one)),
  ];
  const uses = usesOf(workflow, here).length;
  return (
    <nav className="breadcrumb" aria-label={t("breadcrumb.label")}>
      <IconButton
        icon="up"
        label={t("menu.leave")}
        keys="Esc"
        onPress={() => leaveTo(tab.trail.length - 1)}
      />
      <ol>
        {names.map((name, depth) => {
          const key = names.slice(0, depth + 1).join("\n");
          return (
            <li key={key}>
              {depth < names.length - 1 ? (
                <button type="button" className="breadcrumb-step" onClick={() => leaveTo(depth)}>
                  {name}
                </button>
              ) : (
                <span className="breadcrumb-here" aria-current="location">
                  {name}
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {uses > 1 && <span className="breadcrumb-uses">{t("definition.used_many", { count: uses })}</span>}
      {uses === 0 && <span className="breadcrumb-uses">{t("definition.used_never")}</span>}
      <Button tone="quiet" icon="settings" onPress={() => openPanel("definitions")}>
        {t("panel.definitions")}
      </Button>
    </nav>
  );
}
