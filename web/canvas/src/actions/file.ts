/** Documents: new, open, save, share, close; the row of tabs. */

import { may, signOut, useAccess } from "../state/access.ts";
import { activeTab, isChanged, useDocuments } from "../state/documents.ts";
import { chooseFiles } from "../state/importing.ts";
import { openNew } from "../state/opening.ts";
import { exportFile, save } from "../state/saving.ts";
import { useSettings } from "../state/settings.ts";
import { useUi } from "../state/ui.ts";
import type { Action } from "./action.ts";

const tab = () => activeTab(useDocuments.getState());
const isOpen = () => tab() !== null;
const isKept = () => tab()?.origin.kind === "library";
const canSave = () => isOpen() && may("edit");
const dialog = (name: string, about?: unknown) => useUi.getState().openDialog(name, about);

/** Close a tab; where unsaved work would be lost, a person is asked first. */
export function closeTab(key: string): void {
  const { tabs, close, activate } = useDocuments.getState();
  const closing = tabs.find((one) => one.key === key);
  if (!closing) return;
  if (!isChanged(closing) || !useSettings.getState().confirm) {
    close(key);
    return;
  }
  activate(key);
  dialog("close", { key });
}

function step(by: number): void {
  const { tabs, active, activate } = useDocuments.getState();
  const at = tabs.findIndex((one) => one.key === active);
  const next = tabs.at((at + by) % tabs.length);
  if (next) activate(next.key);
}

function shift(by: number): void {
  const { tabs, active, move } = useDocuments.getState();
  const at = tabs.findIndex((one) => one.key === active);
  if (active !== null) move(active, at + by);
}

/** The tab of a number; 9 is the last one, as in browsers. */
function goTo(number: number): void {
  const { tabs, activate } = useDocuments.getState();
  const found = number === 9 ? tabs.at(-1) : tabs[number - 1];
  if (found) activate(found.key);
}

const NUMBERS = Array.from({ length: 9 }, (_, index) => `Alt+${index + 1}`);

const several = () => useDocuments.getState().tabs.length > 1;

export const fileActions: readonly Action[] = [
  {
    id: "new",
    title: "tab.new",
    keys: ["Alt+t", "Mod+n"],
    scope: "anywhere",
    group: "file",
    run: openNew,
  },
  {
    id: "open",
    title: "file.open",
    keys: ["Mod+o"],
    scope: "anywhere",
    group: "file",
    run: () => dialog("open", { section: "library" }),
  },
  {
    id: "templates",
    title: "file.templates",
    keys: [],
    scope: "anywhere",
    group: "file",
    run: () => dialog("open", { section: "templates" }),
  },
  {
    id: "import",
    title: "file.import",
    keys: [],
    scope: "anywhere",
    group: "file",
    run: chooseFiles,
  },
  {
    id: "save",
    title: "file.save",
    keys: ["Mod+s"],
    scope: "anywhere",
    group: "file",
    enabled: (keys) => keys !== undefined || canSave(), // the browser's own saving is never meant
    run: () => void save(),
  },
  {
    id: "save-as",
    title: "file.save_as",
    keys: ["Mod+Shift+s"],
    scope: "anywhere",
    group: "file",
    enabled: canSave,
    run: () => dialog("save", { key: tab()?.key }),
  },
  {
    id: "versions",
    title: "file.versions",
    keys: [],
    scope: "anywhere",
    group: "file",
    enabled: isKept,
    run: () => dialog("versions", { key: tab()?.key }),
  },
  {
    id: "share",
    title: "file.share",
    keys: [],
    scope: "anywhere",
    group: "file",
    enabled: () => isKept() && may("edit"),
    run: () => dialog("share", { key: tab()?.key }),
  },
  {
    id: "export",
    title: "file.export",
    keys: [],
    scope: "anywhere",
    group: "file",
    enabled: isOpen,
    run: () => exportFile(),
  },
  {
    id: "close",
    title: "file.close",
    keys: ["Alt+w"],
    scope: "anywhere",
    group: "file",
    enabled: isOpen,
    run: () => closeTab(tab()?.key ?? ""),
  },
  {
    id: "reopen",
    title: "file.reopen",
    keys: ["Alt+Shift+t"],
    scope: "anywhere",
    group: "file",
    enabled: () => useDocuments.getState().closed.length > 0,
    run: () => useDocuments.getState().reopen(),
  },
  {
    id: "sign-in",
    title: "access.sign_in",
    keys: [],
    scope: "anywhere",
    group: "file",
    enabled: () => !useAccess.getState().session?.token,
    run: () => dialog("sign-in"),
  },
  {
    id: "sign-out",
    title: "access.sign_out",
    keys: [],
    scope: "anywhere",
    group: "file",
    enabled: () => Boolean(useAccess.getState().session?.token),
    run: () => void signOut(),
  },
  {
    id: "next-tab",
    title: "tab.next",
    keys: ["Mod+Tab", "Mod+PageDown", "Alt+PageDown"],
    scope: "anywhere",
    group: "view",
    enabled: several,
    run: () => step(1),
  },
  {
    id: "previous-tab",
    title: "tab.previous",
    keys: ["Mod+Shift+Tab", "Mod+PageUp", "Alt+PageUp"],
    scope: "anywhere",
    group: "view",
    enabled: several,
    run: () => step(-1),
  },
  {
    id: "tab-left",
    title: "tab.left",
    keys: ["Alt+Shift+PageUp"],
    scope: "anywhere",
    group: "view",
    enabled: several,
    run: () => shift(-1),
  },
  {
    id: "tab-right",
    title: "tab.right",
    keys: ["Alt+Shift+PageDown"],
    scope: "anywhere",
    group: "view",
    enabled: several,
    run: () => shift(1),
  },
  {
    id: "tab-number",
    title: "tab.number",
    keys: NUMBERS,
    scope: "anywhere",
    group: "view",
    enabled: several,
    run: (keys) => goTo(Number(keys?.at(-1) ?? 1)),
  },
];
