/** How the run of the active document stands, in the line at the bottom; a failed one leads to what is wrong. */

import { useT } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import { progressOf } from "../state/run.ts";
import { runOf, useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { shownSeconds } from "../ui/time.ts";

export function RunSummary() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const status = useSession((state) => runOf(state, active)?.status ?? null);
  const percent = useSession((state) => {
    const run = runOf(state, active);
    return run?.status === "running" ? Math.round(100 * progressOf(run)) : 0;
  });
  const seconds = useSession((state) => runOf(state, active)?.seconds ?? 0);
  const waiting = useSession((state) => state.shown.get(active ?? "")?.next.length ?? 0);
  if (status === null) return null;
  const words = [t(`status.run.${status}`, { percent, time: shownSeconds(seconds) })];
  if (waiting > 0) words.push(t("status.run.more", { count: waiting }));
  const text = words.join(" · ");
  return (
    <span className="run-summary" data-status={status}>
      {status === "failed" ? (
        <button type="button" onClick={() => useUi.getState().openPanel("faults")}>
          {text}
        </button>
      ) : (
        text
      )}
    </span>
  );
}
