/** All that is known of a node's run: why it ran, how far it is, how long it took, what it told and what it saved. */

import "./node-details.css";
import { useRef } from "react";
import { Dialog, Heading, Popover } from "react-aria-components";
import { sayable } from "../graph/values.ts";
import { useT } from "../i18n/i18n.ts";
import { said } from "../i18n/said.ts";
import { ValueList } from "../panels/ValueList.tsx";
import { thumbnailAddress } from "../server/api.ts";
import { useDetails } from "../state/details.ts";
import { useDocuments } from "../state/documents.ts";
import type { Inside, NodeRun } from "../state/run.ts";
import { useInside, useNodeRun } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { shownBytes } from "../state/uploads.ts";
import { Button } from "../ui/Button.tsx";
import { LinePlot } from "../ui/Plot.tsx";
import { Said } from "../ui/Said.tsx";
import { shownSeconds, shownTime } from "../ui/time.ts";
import { isPicture } from "./NodePicture.tsx";
import { wordsOf } from "./NodeStatus.tsx";

export function NodeDetails() {
  const { node, title, anchor, outputs, hide } = useDetails();
  const tab = useDocuments((state) => state.active) ?? "";
  const run = useNodeRun(tab, node);
  const inside = useInside(tab, node);
  const trigger = useRef<HTMLElement>(null);
  trigger.current = anchor;
  if (!run) return null;
  return (
    <Popover
      className="node-details"
      triggerRef={trigger}
      isOpen={anchor !== null}
      onOpenChange={(open) => !open && hide()}
      placement="right top"
    >
      <Dialog className="node-details-dialog">
        <Heading slot="title">{title}</Heading>
        <Facts run={run} inside={inside} />
        {run.error && <Trouble error={run.error} />}
        <Gave run={run} outputs={outputs} />
        {run.curves.length > 0 && <LinePlot curves={run.curves} label={title} />}
        <Saved run={run} />
      </Dialog>
    </Popover>
  );
}

function Facts({ run, inside }: { readonly run: NodeRun; readonly inside: Inside | null }) {
  const t = useT();
  const facts: [string, string][] = [[t("details.status"), wordsOf(run, inside, t)]];
  if (run.reason)
    facts.push([t(run.status === "skipped" ? "details.because" : "details.reason"), said(run.reason).text]);
  if (run.status === "hit") facts.push([t("details.reason"), t("details.hit")]);
  if (run.total > 0) facts.push([t("details.steps"), t("details.of", { done: run.done, total: run.total })]);
  if (run.note) facts.push([t("details.note"), run.note]);
  if (run.seconds > 0) facts.push([t("details.time"), shownSeconds(run.seconds)]);
  if (run.began) facts.push([t("details.began"), shownTime(new Date(run.began), true)]);
  if (run.memory > 0) {
    facts.push([t("details.memory"), t("details.holds", { size: shownBytes(run.memory) })]);
  }
  if (run.tries > 0) facts.push([t("details.tries"), String(run.tries)]);
  if (inside) {
    const { done, hits, running, failed } = inside;
    facts.push([t("details.inside"), t("details.inside_counts", { done, hits, running, failed })]);
  }
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface GaveProps {
  readonly run: NodeRun;
  readonly outputs: readonly { readonly name: string; readonly title: string }[];
}

/** What the node gave, as far as it is told. */
function Gave({ run, outputs }: GaveProps) {
  const t = useT();
  const values = sayable(run.values);
  if (Object.keys(values).length === 0) return null;
  const titles = Object.fromEntries(outputs.map((one) => [one.name, one.title]));
  return <ValueList values={values} titles={titles} label={t("details.values")} />;
}

function Trouble({ error }: { readonly error: NonNullable<NodeRun["error"]> }) {
  const t = useT();
  return (
    <div className="node-details-error" role="alert">
      <p lang="en">{error.message}</p>
      {error.hint && (
        <p className="fault-hint">
          <Said of={error.hint} />
        </p>
      )}
      <Button tone="quiet" onPress={() => void navigator.clipboard?.writeText(error.message)}>
        {t("details.copy_error")}
      </Button>
    </div>
  );
}

function Saved({ run }: { readonly run: NodeRun }) {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  const hide = useDetails((state) => state.hide);
  if (run.artifacts.length === 0) return null;
  const open = (at: string) => {
    hide();
    openDialog("picture", { pictures: run.artifacts, at });
  };
  return (
    <ul className="node-details-saved" aria-label={t("details.saved")}>
      {run.artifacts.map((one) => (
        <li key={`${one.digest} ${one.name}`}>
          <button type="button" onClick={() => open(one.digest)}>
            {isPicture(one) && <img src={thumbnailAddress("artifacts", one.digest, 64)} alt="" />}
            <span>{one.name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
