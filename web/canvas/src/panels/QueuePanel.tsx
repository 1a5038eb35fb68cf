/** The jobs of the server: what runs, what waits in which order, and what has ended. */

import "./queue.css";
import { useEffect, useState } from "react";
import {
  Button as AriaButton,
  DropIndicator,
  GridList,
  GridListItem,
  useDragAndDrop,
} from "react-aria-components";
import { useT } from "../i18n/i18n.ts";
import type { Job } from "../server/api.ts";
import { useQueue, watchQueue } from "../state/queue.ts";
import { progressOf } from "../state/run.ts";
import { useSession } from "../state/session.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { JobLine } from "./JobLine.tsx";

export function QueuePanel() {
  const t = useT();
  const { paused, counts, waiting, running, ended, loaded, error, search, refresh, setPaused } = useQueue();
  useEffect(() => watchQueue(), []);
  if (!loaded) return <p className="panel-empty">{t("panel.loading")}</p>;
  if (error) {
    return (
      <div className="panel-empty" role="alert">
        <p>{error}</p>
        <Button icon="retry" onPress={() => void refresh()}>
          {t("panel.retry")}
        </Button>
      </div>
    );
  }
  const isEmpty = running.length + waiting.length + ended.length === 0 && search === "";
  return (
    <div className="queue">
      <div className="queue-bar">
        <p className="queue-counts" role="status">
          {t("queue.counts", { running: counts.running ?? 0, waiting: counts.queued ?? 0 })}
        </p>
        <Button icon={paused ? "play" : "pause"} onPress={() => void setPaused(!paused)}>
          {t(paused ? "queue.go_on" : "queue.pause")}
        </Button>
      </div>
      {paused && <p className="queue-paused">{t("queue.is_paused")}</p>}
      {isEmpty && <p className="panel-empty">{t("queue.empty")}</p>}
      {running.length > 0 && (
        <section aria-label={t("queue.running")}>
          <h3>{t("queue.running")}</h3>
          <ul className="job-list">
            {running.map((job) => (
              <li className="job" key={job.id} data-status="running">
                <JobLine job={job} />
                <JobProgress job={job.id} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {waiting.length > 0 && <Waiting jobs={waiting} />}
      <Ended jobs={ended} isShown={!isEmpty} />
    </div>
  );
}

/** What waits, in order: dragged, or moved by keyboard from the handle of a job. */
function Waiting({ jobs }: { readonly jobs: readonly Job[] }) {
  const t = useT();
  const move = useQueue((state) => state.move);
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ "text/plain": String(key) })),
    onReorder({ keys, target }) {
      const at = jobs.findIndex((job) => job.id === target.key);
      const next = target.dropPosition === "before" ? at : at + 1;
      const before = jobs.slice(next).find((job) => !keys.has(job.id));
      for (const key of keys) void move(String(key), before?.id ?? null);
    },
    renderDropIndicator: (target) => <DropIndicator className="drop-line" target={target} />,
  });
  return (
    <section aria-label={t("queue.waiting")}>
      <h3>{t("queue.waiting")}</h3>
      <GridList
        className="job-list"
        aria-label={t("queue.waiting")}
        items={jobs}
        dependencies={[jobs]}
        selectionMode="none"
        dragAndDropHooks={dragAndDropHooks}
      >
        {(job) => (
          <GridListItem
            className="job waiting"
            id={job.id}
            textValue={job.name || job.id}
            data-paused={job.paused || undefined}
          >
            <AriaButton slot="drag" className="job-handle" aria-label={t("queue.drag", { name: job.name })}>
              <Icon name="grip" />
            </AriaButton>
            <JobLine job={job} />
          </GridListItem>
        )}
      </GridList>
    </section>
  );
}

function JobProgress({ job }: { readonly job: string }) {
  const t = useT();
  const run = useSession((state) => state.runs.get(job));
  if (!run || run.nodeCount === 0) return null;
  const { over, nodeCount } = run;
  return (
    <progress
      className="job-progress"
      aria-label={t("queue.progress", { done: over, total: nodeCount })}
      value={progressOf(run)}
    />
  );
}

function Ended({ jobs, isShown }: { readonly jobs: readonly Job[]; readonly isShown: boolean }) {
  const t = useT();
  const { cursor, loadingMore, more, search, setSearch } = useQueue();
  const [typed, setTyped] = useState(search);
  useEffect(() => {
    if (typed === search) return;
    const timer = setTimeout(() => setSearch(typed), 250);
    return () => clearTimeout(timer);
  }, [typed, search, setSearch]);
  if (!isShown) return null;
  return (
    <section aria-label={t("queue.ended")}>
      <div className="queue-bar">
        <h3>{t("queue.ended")}</h3>
        <input
          className="search"
          type="search"
          aria-label={t("queue.search")}
          placeholder={t("queue.search")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      {jobs.length === 0 && (
        <p className="panel-empty">{t(search ? "queue.none_found" : "queue.none_ended")}</p>
      )}
      <ul className="job-list">
        {jobs.map((job) => (
          <li className="job" key={job.id} data-status={job.status}>
            <JobLine job={job} />
            {job.error && <p className="job-error">{job.error.split("\n")[0]}</p>}
          </li>
        ))}
      </ul>
      {cursor !== null && (
        <Button className="more" isDisabled={loadingMore} onPress={() => void more()}>
          {t(loadingMore ? "panel.loading" : "panel.more")}
        </Button>
      )}
    </section>
  );
}
