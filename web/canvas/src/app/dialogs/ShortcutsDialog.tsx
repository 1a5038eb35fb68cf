/** The keys of every action: to look up, to search, and to change. */

import "./shortcuts.css";
import { useState } from "react";
import { type Action, shownKeys } from "../../actions/action.ts";
import { ACTIONS } from "../../actions/actions.ts";
import { useT } from "../../i18n/i18n.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { hasWords } from "../../ui/has-words.ts";
import { SearchField } from "../../ui/SearchField.tsx";
import type { DialogProps } from "../Dialogs.tsx";
import { ShortcutRow } from "./ShortcutRow.tsx";

const GROUPS: readonly Action["group"][] = ["run", "edit", "select", "view", "file", "help"];

export function ShortcutsDialog({ close }: DialogProps) {
  const t = useT();
  const { chosen, reset } = useShortcuts();
  const [query, setQuery] = useState("");
  const fits = (one: Action) =>
    hasWords(t(one.title), query) ||
    one.keys.some((keys) => shownKeys(keys).toLowerCase().includes(query.trim().toLowerCase()));
  const shown = ACTIONS.filter(fits);
  return (
    <Dialog
      title={t("shortcuts.title")}
      close={close}
      size="large"
      footer={
        <>
          <span className="grow">{t("shortcuts.where")}</span>
          <Button onPress={reset} isDisabled={Object.keys(chosen).length === 0}>
            {t("shortcuts.reset")}
          </Button>
        </>
      }
    >
      <SearchField label={t("shortcuts.search")} value={query} change={setQuery} />
      {shown.length === 0 && <p className="dialog-none">{t("shortcuts.none", { query })}</p>}
      <div className="shortcut-groups">
        {GROUPS.map((group) => {
          const actions = shown.filter((one) => one.group === group);
          if (actions.length === 0) return null;
          return (
            <section key={group} className="shortcut-group" aria-label={t(`action.group.${group}`)}>
              <h3>{t(`action.group.${group}`)}</h3>
              <ul>
                {actions.map((action) => (
                  <ShortcutRow key={action.id} action={action} isChosen={action.id in chosen} />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
