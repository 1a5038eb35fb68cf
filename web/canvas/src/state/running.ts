/** Queueing the active document, and stopping what it runs. */

import { t } from "../i18n/i18n.ts";
import { type Job, type RunOptions, steerJob, submitWorkflow } from "../server/api.ts";
import { Problem } from "../server/http.ts";
import { activeTab, useDocuments } from "./documents.ts";
import { useFaults } from "./faults.ts";
import { freshId } from "./fresh-id.ts";
import { useSession } from "./session.ts";
import { useUi } from "./ui.ts";

/** Run the active document. Its faults, if it has any, are shown; nothing runs in part. */
export async function run(options: RunOptions = {}): Promise<Job | null> {
  const tab = activeTab(useDocuments.getState());
  if (!tab) return null;
  try {
    const key = freshId(); // a repeated request is the same job
    const job = await submitWorkflow(tab.history.present, { key, ...options });
    useSession.getState().show(tab.key, job.id);
    return job;
  } catch (error) {
    refused(error);
    return null;
  }
}

function refused(error: unknown): void {
  const ui = useUi.getState();
  if (error instanceof Problem && error.faults.length > 0) {
    useFaults.getState().set(error.faults);
    ui.openPanel("faults");
    ui.say({ tone: "bad", text: t("run.cannot") });
  } else {
    ui.say({ tone: "bad", text: error instanceof Error ? error.message : t("error.unexpected") });
  }
}

/** Stop the run that the active tab shows. */
export async function interrupt(): Promise<void> {
  const { active } = useDocuments.getState();
  const job = active === null ? undefined : useSession.getState().shown.get(active);
  if (!job) return;
  try {
    await steerJob(job, "cancel");
  } catch (error) {
    refused(error);
  }
}
