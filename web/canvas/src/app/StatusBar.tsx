/** The line at the bottom: how large the document is, where one is in it, and whether the server is there. */

import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { usePlace, useWorkflow } from "../state/documents.ts";
import { useSession } from "../state/session.ts";

export function StatusBar() {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const connection = useSession((state) => state.connection);
  const count = workflow ? bodyAt(workflow, place).nodes.size : 0;
  return (
    <footer className="status-bar">
      <span>{t("status.nodes", { count })}</span>
      <span className="connection" data-state={connection} role="status">
        {t(`connection.${connection}`)}
      </span>
    </footer>
  );
}
