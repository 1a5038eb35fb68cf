/** Adds a node by typing a part of its name. */

import { useEffect, useState } from "react";
import "../ui/menu.css";
import { ComboBox, Input, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { categoryTitle, nodeHelp, nodeTitle } from "../graph/catalogue.ts";
import { addNode } from "../graph/commands/nodes.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useEdit } from "../state/here.ts";

export function AddNode() {
  const t = useT();
  const edit = useEdit();
  const [typed, setTyped] = useState("");
  const [added, setAdded] = useState<{ readonly id: string; readonly count: number } | null>(null);
  const catalogue = useCatalogue((state) => state.catalogue);
  useEffect(() => {
    if (added) document.querySelector<HTMLElement>(`[data-node="${added.id}"] .outline-toggle`)?.focus();
  }, [added]);
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const types = Object.values(catalogue.nodes)
    .map(({ type, version, category }) => ({
      type,
      version,
      title: nodeTitle(catalogue, type),
      category: categoryTitle(catalogue, category),
      help: nodeHelp(catalogue, type),
    }))
    .filter((one) => {
      const text = `${one.title} ${one.category} ${one.type}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => one.title.localeCompare(other.title));
  const add = (type: string) => {
    const spec = catalogue.nodes[type];
    if (!spec) return;
    let id = "";
    edit(t("edit.add", { title: nodeTitle(catalogue, type) }), (workflow, place) => {
      const { positions } = bodyAt(workflow, place).layout;
      const right = Math.max(0, ...[...positions.values()].map(([x]) => x + 312));
      const made = addNode(workflow, place, { type, version: spec.version, at: [right, 0] });
      id = made.id;
      return made.workflow;
    });
    setTyped("");
    setAdded({ id, count: (added?.count ?? 0) + 1 });
  };
  return (
    <ComboBox
      key={added?.count} // closed again, with nothing typed
      className="add-node"
      aria-label={t("outline.add")}
      items={types}
      inputValue={typed}
      onInputChange={setTyped}
      value={null}
      onChange={(key) => key !== null && add(String(key))}
      menuTrigger="input"
      allowsEmptyCollection
    >
      <Input className="text-field" placeholder={t("outline.add")} />
      <Popover className="menu-popover add-node-list">
        <ListBox
          className="menu"
          renderEmptyState={() => <p className="panel-note">{t("outline.no_such")}</p>}
        >
          {(one: (typeof types)[number]) => (
            <ListBoxItem id={one.type} textValue={one.title} className="menu-item">
              <span>{one.title}</span>
              <span className="add-node-detail">{one.category}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
