/** The line at the bottom: how large the document is, whether the server is there, and what there is to set. */

import { type Action, shownKeys } from "../actions/action.ts";
import { actionOf } from "../actions/actions.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { usePlace, useWorkflow } from "../state/documents.ts";
import { useSession } from "../state/session.ts";
import { IconButton } from "../ui/Button.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { RunSummary } from "./RunSummary.tsx";

const TOOLS: readonly (readonly [string, IconName])[] = [
  ["commands", "search"],
  ["shortcuts", "keyboard"],
  ["settings", "settings"],
];

export function StatusBar() {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const connection = useSession((state) => state.connection);
  const count = workflow ? bodyAt(workflow, place).nodes.size : 0;
  return (
    <footer className="status-bar">
      <span>{t("status.nodes", { count })}</span>
      <RunSummary />
      <span className="connection" data-state={connection} role="status">
        {t(connection === "away" ? "connection.away_short" : `connection.${connection}`)}
      </span>
      <span className="status-tools">
        {TOOLS.map(([id, icon]) => {
          const action: Action | undefined = actionOf(id);
          if (!action) return null;
          const [keys] = action.keys;
          return (
            <IconButton
              key={id}
              icon={icon}
              label={t(action.title)}
              {...(keys ? { keys: shownKeys(keys) } : {})}
              onPress={() => action.run()}
            />
          );
        })}
      </span>
    </footer>
  );
}
