/** What can be done with a job: the next thing as a button, the rest in a menu. */

import { type Key, useT } from "../i18n/i18n.ts";
import type { Job } from "../server/api.ts";
import { useQueue } from "../state/queue.ts";
import { openJob, SWEEP, showOnCanvas, steer } from "../state/running.ts";
import { useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { IconButton } from "../ui/Button.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";

interface Doing {
  readonly id: string;
  readonly title: Key;
  readonly icon?: IconName;
  readonly run: () => void;
  readonly isDangerous?: boolean;
}

export function JobActions({ job, name }: { readonly job: Job; readonly name: string }) {
  const t = useT();
  const isSweep = useSession((state) => state.runs.get(job.id)?.inside.has(SWEEP) ?? false);
  const doings = doingsOf(job, isSweep);
  const first = doings.find((one) => one.icon);
  return (
    <div className="job-actions">
      {first?.icon && <IconButton icon={first.icon} label={t(first.title)} onPress={first.run} />}
      <MenuButton
        label={t("queue.actions", { name })}
        align="end"
        entries={doings.map((one) => ({
          id: one.id,
          title: t(one.title),
          ...(one.isDangerous ? { tone: "danger" as const } : {}),
          run: one.run,
        }))}
      />
    </div>
  );
}

function doingsOf(job: Job, isSweep: boolean): readonly Doing[] {
  const { move, remove, waiting } = useQueue.getState();
  const isOver = job.status !== "queued" && job.status !== "running";
  const at = waiting.findIndex((one) => one.id === job.id);
  const found: Doing[] = [];
  const add = (when: boolean, doing: Doing) => when && found.push(doing);
  add(!isOver, {
    id: "cancel",
    title: "queue.cancel",
    icon: "stop",
    run: () => void steer(job.id, "cancel"),
  });
  add(isOver, { id: "retry", title: "queue.retry", icon: "retry", run: () => void steer(job.id, "retry") });
  add(true, { id: "show", title: "queue.show", run: () => void showOnCanvas(job.id) });
  add(true, { id: "open", title: "queue.open", run: () => void openJob(job.id) });
  add(isSweep || job.artifacts.length > 1, {
    id: "results",
    title: "queue.results",
    run: () =>
      useUi.getState().openDialog(isSweep ? "results" : "picture", isSweep ? job.id : picturesOf(job)),
  });
  add(!isOver && !job.paused, {
    id: "pause",
    title: "queue.pause_job",
    run: () => void steer(job.id, "pause"),
  });
  add(!isOver && job.paused, {
    id: "resume",
    title: "queue.resume_job",
    run: () => void steer(job.id, "resume"),
  });
  add(at > 0, {
    id: "up",
    title: "queue.up",
    run: () => void move(job.id, waiting[at - 1]?.id ?? null),
  });
  add(at >= 0 && at < waiting.length - 1, {
    id: "down",
    title: "queue.down",
    run: () => void move(job.id, waiting[at + 2]?.id ?? null),
  });
  add(at > 0, { id: "first", title: "queue.first", run: () => void move(job.id, waiting[0]?.id ?? null) });
  add(job.status === "queued", {
    id: "raise",
    title: "queue.raise",
    run: () => void steer(job.id, "move", { priority: Math.min(job.priority + 1, 1000) }),
  });
  add(job.status === "queued", {
    id: "lower",
    title: "queue.lower",
    run: () => void steer(job.id, "move", { priority: Math.max(job.priority - 1, -1000) }),
  });
  add(job.status !== "running", {
    id: "delete",
    title: "queue.delete",
    isDangerous: true,
    run: () => void remove(job.id),
  });
  return found;
}

function picturesOf(job: Job) {
  return { pictures: job.artifacts, at: job.artifacts.at(-1)?.digest, job: job.id };
}
