/** How a node's run stands, in a few words in its title; pressed, it says the rest. */

import { shortIn } from "../graph/values.ts";
import { useT } from "../i18n/i18n.ts";
import { said } from "../i18n/said.ts";
import type { PlanStep } from "../server/api.ts";
import { useDetails } from "../state/details.ts";
import { useDocuments } from "../state/documents.ts";
import type { Inside, NodeRun } from "../state/run.ts";
import type { SceneNode } from "../state/scene.ts";
import { useInside } from "../state/session.ts";
import { briefOf } from "../ui/figures.ts";
import { shownSeconds } from "../ui/time.ts";

interface Props {
  readonly run: NodeRun | null;
  readonly scene: SceneNode;
  readonly title: string;
  readonly planned: PlanStep | null;
}

export function NodeStatus({ run, scene, title, planned }: Props) {
  const t = useT();
  const tab = useDocuments((state) => state.active) ?? "";
  const inside = useInside(tab, scene.id);
  const show = useDetails((state) => state.show);
  if (planned) {
    return (
      <span className="node-status" data-planned={planned.status} title={said(planned.reason).text}>
        {t(`plan.short.${planned.status}`)}
      </span>
    );
  }
  if (!run) return null;
  const brief = briefOf(shortIn(run.values));
  const status = wordsOf(run, inside, t);
  return (
    <button
      type="button"
      className="node-status nodrag"
      data-status={run.status}
      title={said(run.error?.message ?? run.reason).text}
      aria-label={t("node.details", { title, status: brief ? `${status}, ${brief}` : status })}
      onClick={(event) => show(scene.id, title, event.currentTarget, scene.face.outputs)}
    >
      {brief && <span className="node-value">{brief}</span>}
      {status}
    </button>
  );
}

/** The status in a few words: with how far it is, or how long it took. */
export function wordsOf(run: NodeRun, inside: Inside | null, t: ReturnType<typeof useT>): string {
  if (run.status === "running") {
    if (inside && inside.items > 0) {
      return t("node.status.item_of", { item: inside.begun, items: inside.items });
    }
    if (inside && inside.begun > 0) return t("node.status.item", { item: inside.begun });
    if (run.total > 0) return `${Math.round((100 * run.done) / run.total)}%`;
  }
  return t(`node.status.${run.status}`, { time: shownSeconds(run.seconds) });
}
