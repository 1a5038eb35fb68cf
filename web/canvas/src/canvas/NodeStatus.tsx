/** How a node's run stands, in a few words in its title. */

import { useT } from "../i18n/i18n.ts";
import type { NodeRun } from "../state/session.ts";
import { shownSeconds } from "../ui/time.ts";

export function NodeStatus({ run }: { readonly run: NodeRun | null }) {
  const t = useT();
  if (!run) return null;
  const words =
    run.status === "running" && run.total > 0
      ? `${Math.round((100 * run.done) / run.total)} %`
      : t(`node.status.${run.status}`, { time: shownSeconds(run.seconds) });
  const more = run.error?.message ?? run.reason;
  return (
    <span className="node-status" data-status={run.status} title={more}>
      {words}
    </span>
  );
}
