/** What the newest run of the document gives: how far it is, and its pictures, large. */

import { useEffect, useRef } from "react";
import { sayable, type Values } from "../graph/values.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { ValueList } from "../panels/ValueList.tsx";
import { artifactAddress } from "../server/api.ts";
import { useDocuments, useWorkflow } from "../state/documents.ts";
import { interrupt } from "../state/running.ts";
import { type Run, runOf, useSession } from "../state/session.ts";
import { Button } from "../ui/Button.tsx";

export function RunResult() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const run = useSession((state) => runOf(state, active));
  const section = useRef<HTMLElement>(null);
  const job = run?.job;
  const seen = useRef({ active, job });
  useEffect(() => {
    const before = seen.current;
    seen.current = { active, job };
    // Where the result is below the form, whoever runs it wants to see what comes of it.
    if (job && before.active === active && before.job !== job) section.current?.scrollIntoView();
  }, [active, job]);
  if (!run) {
    return (
      <section ref={section} className="run-result" aria-label={t("result.label")}>
        <p className="run-none">{t("result.none")}</p>
      </section>
    );
  }
  const pictures = run.artifacts.filter((one) => one.media_type.startsWith("image/"));
  const files = run.artifacts.filter((one) => !one.media_type.startsWith("image/"));
  const values = sayable(run.outputs);
  const told = Object.keys(values).length > 0;
  const ended = run.status !== "queued" && run.status !== "running";
  return (
    <section ref={section} className="run-result" aria-label={t("result.label")} aria-busy={!ended}>
      {!ended && <Under run={run} />}
      {ended && run.status !== "done" && (
        <p className="run-error">{run.error ? <span lang="en">{run.error}</span> : t(`job.${run.status}`)}</p>
      )}
      {run.status === "done" && run.artifacts.length === 0 && !told && (
        <p className="run-none">{t("result.nothing_saved")}</p>
      )}
      <div className="run-pictures">
        {pictures.map((one) => (
          <a key={one.digest} href={artifactAddress(one.digest)} target="_blank" rel="noreferrer">
            <img src={artifactAddress(one.digest)} alt={one.name} />
          </a>
        ))}
      </div>
      {told && <OutputValues values={values} />}
      {files.map((one) => (
        <a key={one.digest} className="run-file" href={artifactAddress(one.digest)} download={one.name}>
          {one.name}
        </a>
      ))}
    </section>
  );
}

/** What the workflow gives as numbers, texts and rows of numbers, by the titles of its interface. */
function OutputValues({ values }: { readonly values: Values }) {
  const t = useT();
  const workflow = useWorkflow();
  const outputs = workflow ? bodyAt(workflow, null).interface.outputs : new Map<string, { title: string }>();
  const titles = Object.fromEntries([...outputs].map(([name, port]) => [name, port.title]));
  return (
    <div className="run-values">
      <ValueList values={values} titles={titles} label={t("result.values")} />
    </div>
  );
}

/** A run that is under way: what is being computed, and its newest preview. */
function Under({ run }: { readonly run: Run }) {
  const t = useT();
  const nodes = [...run.nodes.values()];
  const over = nodes.filter((one) => one.status !== "running" && one.status !== "waiting").length;
  const working = nodes.filter((one) => one.status === "running" && one.total > 0);
  const part = working.reduce((sum, one) => sum + one.done / one.total, 0);
  const preview = nodes.findLast((one) => one.preview !== "" && one.status === "running")?.preview;
  return (
    <div className="run-under">
      {preview && <img className="run-preview" src={preview} alt={t("result.preview")} />}
      <progress
        aria-label={t(`job.${run.status}`)}
        {...(run.nodeCount > 0 ? { value: over + part, max: run.nodeCount } : {})}
      />
      <div className="run-steps">
        <span>{t(`job.${run.status}`)}</span>
        <Button icon="stop" onPress={() => void interrupt()}>
          {t("run.cancel")}
        </Button>
      </div>
    </div>
  );
}
