import { expect, it } from "vitest";
import { t } from "../i18n/i18n.ts";
import { type Action, shownKeys } from "./action.ts";
import { ACTIONS } from "./actions.ts";

const GROUPS: readonly Action["group"][] = ["run", "edit", "select", "view", "file", "help"];

const HEADER = `# Keyboard shortcuts

Written from the editor's actions; \`npx vitest run -u src/actions/shortcuts.test.ts\` in \`web/canvas\` writes it anew. On a Mac, Ctrl is ⌘ and Alt is ⌥. Every key can be changed in the editor (\`?\`), and everything can be found by name (\`Ctrl+K\`).
`;

function table(group: Action["group"]): string {
  const rows = ACTIONS.filter((one) => one.group === group && one.keys.length > 0).map(
    ({ title, keys }) => `| ${t(title)} | ${keys.map((one) => `\`${shownKeys(one)}\``).join(", ")} |`,
  );
  return `\n## ${t(`action.group.${group}`)}\n\n| what | keys |\n|---|---|\n${rows.join("\n")}\n`;
}

it("the page on shortcuts has the keys that the editor has", async () => {
  const page = HEADER + GROUPS.map(table).join("");
  await expect(page).toMatchFileSnapshot("../../../../docs/shortcuts.md");
});

it("no two actions have the same keys at first, but for those that tell by the moment which is meant", () => {
  const meant = new Map<string, string[]>();
  for (const { id, keys } of ACTIONS) for (const one of keys) meant.set(one, [...(meant.get(one) ?? []), id]);
  const shared = [...meant].filter(([, ids]) => ids.length > 1);
  expect(shared).toEqual([
    ["Enter", ["enter", "enter-node"]],
    ["Escape", ["leave", "select-none"]],
  ]);
  const told = new Set(shared.flatMap(([, ids]) => ids.slice(0, -1)));
  for (const action of ACTIONS) if (told.has(action.id)) expect(action.enabled, action.id).toBeDefined();
});
