/** How an artifact was made, and what can be done with it. */

import { useEffect, useState } from "react";
import { fromPlain, type Plain, writeJson } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { artifactAddress, exportAddress, type Making as MakingOf, readMaking } from "../server/api.ts";
import { openMaking, takeAsInput, useGallery } from "../state/gallery.ts";
import { openJob } from "../state/running.ts";
import { shownBytes } from "../state/uploads.ts";
import { Button } from "../ui/Button.tsx";
import { Bars } from "../ui/Plot.tsx";
import { shownDayAndTime, shownSeconds } from "../ui/time.ts";
import type { ShownArtifact } from "./PictureDialog.tsx";

interface Props {
  readonly artifact: ShownArtifact;
  readonly close: () => void;
}

export function Making({ artifact, close }: Props) {
  const t = useT();
  const [making, setMaking] = useState<MakingOf | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let isHere = true;
    readMaking(artifact.digest, artifact.job)
      .then((read) => isHere && setMaking(read))
      .catch(
        (reason: unknown) => isHere && setError(reason instanceof Error ? reason.message : String(reason)),
      );
    return () => {
      isHere = false;
    };
  }, [artifact.digest, artifact.job]);
  const job = artifact.job ?? (typeof making?.about.job === "string" ? making.about.job : undefined);
  const then = (act: () => unknown) => () => {
    close();
    void act();
  };
  return (
    <aside className="making" aria-label={t("making.label")}>
      <div className="making-actions">
        <Button tone="accent" icon="enter" onPress={then(() => openMaking(artifact))}>
          {t("making.open")}
        </Button>
        {job && (
          <Button icon="canvas" onPress={then(() => openJob(job))}>
            {t("making.show_run")}
          </Button>
        )}
        {artifact.media_type.startsWith("image/") && (
          <Button icon="next" onPress={then(() => takeAsInput(artifact))}>
            {t("making.use")}
          </Button>
        )}
        {job && (
          <a className="button" href={exportAddress(job, artifact.digest, true)} download={artifact.name}>
            {t("making.save_with")}
          </a>
        )}
        <a className="button" href={artifactAddress(artifact.digest)} download={artifact.name}>
          {t("making.save_bare")}
        </a>
        {job && <Remove job={job} close={close} />}
      </div>
      <dl className="facts">
        <Fact name={t("making.size")} value={shownBytes(artifact.size)} />
        <Fact name={t("making.type")} value={artifact.media_type} />
      </dl>
      {error && <p className="fault-hint">{error}</p>}
      {making && <About about={making.about} />}
      {making && <Timings timings={making.about.timings} />}
    </aside>
  );
}

/** Deleting goes by the job: its record, and the files that no other job has. Asked twice. */
function Remove({ job, close }: { readonly job: string; readonly close: () => void }) {
  const t = useT();
  const [asked, setAsked] = useState(false);
  const remove = useGallery((state) => state.remove);
  if (!asked) {
    return (
      <Button tone="danger" icon="trash" onPress={() => setAsked(true)}>
        {t("making.delete")}
      </Button>
    );
  }
  return (
    <div className="making-delete" role="alert">
      <p>{t("making.delete_sure")}</p>
      <Button
        tone="danger"
        onPress={() => {
          close();
          void remove(new Set([job]));
        }}
      >
        {t("making.delete_yes")}
      </Button>
      <Button onPress={() => setAsked(false)}>{t("dialog.cancel")}</Button>
    </div>
  );
}

/** When it was made, and which nodes took how long. */
function Timings({ timings }: { readonly timings: Plain | undefined }) {
  const t = useT();
  const entries = new Map(entriesOf(timings));
  const [finished, seconds] = [entries.get("finished"), entries.get("seconds")];
  const nodes = entriesOf(entries.get("nodes"))
    .flatMap(([name, value]) => (typeof value === "number" ? [{ name, value }] : []))
    .toSorted((one, other) => other.value - one.value);
  if (entries.size === 0) return null;
  return (
    <section>
      <h3>{t("making.timings")}</h3>
      <dl className="facts">
        {typeof finished === "number" && (
          <Fact name={t("making.finished")} value={shownDayAndTime(new Date(finished * 1000))} />
        )}
        {typeof seconds === "number" && <Fact name={t("details.time")} value={shownSeconds(seconds)} />}
      </dl>
      {nodes.length > 0 && (
        <Bars
          bars={nodes
            .slice(0, MOST_BARS)
            .map(({ name, value }) => ({ name, value, shown: shownSeconds(value) }))}
          label={t("making.timings")}
        />
      )}
    </section>
  );
}

const MOST_BARS = 12;

function About({ about }: { readonly about: MakingOf["about"] }) {
  const t = useT();
  const groups = [
    ["inputs", t("making.inputs")],
    ["seeds", t("making.seeds")],
    ["models", t("making.models")],
    ["versions", t("making.versions")],
  ] as const;
  return groups.map(([key, title]) => {
    const entries = entriesOf(about[key]);
    return entries.length === 0 ? null : (
      <section key={key}>
        <h3>{title}</h3>
        <dl className="facts">
          {entries.map(([name, value]) => (
            <Fact key={name} name={name} value={shown(value)} />
          ))}
        </dl>
      </section>
    );
  });
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function entriesOf(value: Plain | undefined): [string, Plain][] {
  if (value === null || value === undefined || typeof value !== "object") return [];
  return Object.entries(value as Readonly<Record<string, Plain>>);
}

function shown(value: Plain): string {
  return typeof value === "string"
    ? value.replace(/^(blake3:[0-9a-f]{8})[0-9a-f]+$/, "$1…")
    : writeJson(fromPlain(value));
}
