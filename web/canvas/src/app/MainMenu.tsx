/** The menu behind the name of the program: everything that concerns whole documents. */

import { useState } from "react";
import { shownKeys } from "../actions/action.ts";
import { ACTIONS } from "../actions/actions.ts";
import { useT } from "../i18n/i18n.ts";
import { Icon } from "../ui/Icon.tsx";
import type { MenuEntry } from "../ui/MenuButton.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";

const LINES = [
  ["new", "open", "templates", "import"],
  ["save", "save-as", "export"],
  ["versions", "share"],
  ["close", "reopen"],
  ["commands", "settings", "shortcuts"],
  ["sign-in", "sign-out"],
];

export function MainMenu() {
  const t = useT();
  const [, setOpened] = useState(0);
  const entry = (id: string): MenuEntry[] => {
    const action = ACTIONS.find((one) => one.id === id);
    if (!action) return [];
    const { title, keys, enabled, run } = action;
    const isDisabled = enabled?.() === false;
    if (isDisabled && id.startsWith("sign-")) return [];
    return [{ id, title: t(title), keys: keys[0] ? shownKeys(keys[0]) : "", isDisabled, run: () => run() }];
  };
  const entries = LINES.flatMap((ids, index) => {
    const group = ids.flatMap(entry);
    return index > 0 && group.length > 0 ? [null, ...group] : group;
  });
  return (
    <MenuButton
      className="brand"
      label={t("menu.main")}
      entries={entries}
      onOpen={() => setOpened((count) => count + 1)}
    >
      <img src="/docs/icon.svg" alt="" width={20} height={20} />
      <span className="brand-name">{t("app.name")}</span>
      <Icon name="down" />
    </MenuButton>
  );
}
