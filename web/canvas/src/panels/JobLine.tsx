/** A job in a list: its name, how it stands, since when, its pictures, and what can be done with it. */

import { useT } from "../i18n/i18n.ts";
import { type Job, thumbnailAddress } from "../server/api.ts";
import { useDocuments } from "../state/documents.ts";
import { useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { shownDay, shownSeconds, shownTime } from "../ui/time.ts";
import { givenSeeds } from "./given-seeds.ts";
import { JobActions } from "./JobActions.tsx";

const MOST_PICTURES = 4;

export function JobLine({ job }: { readonly job: Job }) {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  const active = useDocuments((state) => state.active);
  const isShown = useSession((state) => state.shown.get(active ?? "")?.job === job.id);
  const pictures = job.artifacts.filter((one) => one.media_type.startsWith("image/"));
  const name = job.name || job.id;
  return (
    <div className="job-line" data-shown={isShown || undefined}>
      <div className="job-words">
        <span className="job-name" title={job.id}>
          {name}
        </span>
        <span className="job-about">{wordsOf(job, t)}</span>
      </div>
      {pictures.length > 0 && (
        <ul className="job-pictures">
          {pictures.slice(-MOST_PICTURES).map((one) => (
            <li key={one.digest}>
              <button
                type="button"
                aria-label={t("gallery.open", { name: one.name })}
                onClick={() => openDialog("picture", { pictures, at: one.digest, job: job.id })}
              >
                <img src={thumbnailAddress("artifacts", one.digest, 64)} alt="" loading="lazy" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <JobActions job={job} name={name} />
    </div>
  );
}

function wordsOf(job: Job, t: ReturnType<typeof useT>): string {
  const words = [
    t(job.paused && job.status === "queued" ? "queue.status.paused" : `queue.status.${job.status}`),
  ];
  if (job.status === "queued" && job.priority !== 0)
    words.push(t("queue.priority", { number: job.priority }));
  if (job.finished && job.device_seconds > 0) words.push(shownSeconds(job.device_seconds));
  words.push(...givenSeeds(job));
  const time = new Date(job.finished ?? job.started ?? job.submitted);
  const today = time.toDateString() === new Date().toDateString();
  words.push(today ? shownTime(time) : shownDay(time));
  return words.join(" · ");
}
