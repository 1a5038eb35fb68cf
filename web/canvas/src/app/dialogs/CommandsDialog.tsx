/** Everything that can be done now, found by typing. */

import { useState } from "react";
import { type Action, shownKeys } from "../../actions/action.ts";
import { ACTIONS, actionOf } from "../../actions/actions.ts";
import { matchScore } from "../../graph/search.ts";
import { useT } from "../../i18n/i18n.ts";
import { Picker, type PickerItem } from "../../ui/Picker.tsx";
import type { DialogProps } from "../Dialogs.tsx";

export function CommandsDialog({ close }: DialogProps) {
  const t = useT();
  const [query, setQuery] = useState("");
  // What can be done is what could be when the window opened, before it took the focus.
  const [possible] = useState(() =>
    ACTIONS.filter((one) => one.id !== "commands" && one.enabled?.(one.keys[0]) !== false),
  );
  const item = (action: Action): PickerItem => {
    const [keys] = action.keys;
    return {
      id: action.id,
      title: t(action.title),
      ...(query.trim() === "" ? { group: t(`action.group.${action.group}`) } : {}),
      ...(keys ? { detail: shownKeys(keys) } : {}),
    };
  };
  return (
    <Picker
      label={t("action.commands")}
      placeholder={t("commands.placeholder")}
      items={commandsFor(possible, query, (one) => t(one.title)).map(item)}
      query={query}
      setQuery={setQuery}
      choose={({ id }) => {
        close();
        setTimeout(() => actionOf(id)?.run());
      }}
      close={close}
      empty={t("commands.none", { query })}
    />
  );
}

/** By group while nothing is typed, the best first after that. */
function commandsFor(actions: readonly Action[], query: string, title: (one: Action) => string): Action[] {
  if (query.trim() === "")
    return actions.toSorted((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
  return actions
    .map((one) => [one, matchScore(title(one), query)] as const)
    .filter(([, score]) => score >= 0)
    .sort(([, a], [, b]) => b - a)
    .map(([one]) => one);
}
