/** Says aloud what is being computed, for those who do not see it; nothing of it is seen. */

import { specFace, titleOf } from "../graph/face.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, useWorkflow } from "../state/documents.ts";
import { runOf, useSession } from "../state/session.ts";

export function RunTold() {
  const t = useT();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const active = useDocuments((state) => state.active);
  const status = useSession((state) => runOf(state, active)?.status ?? null);
  const running = useSession((state) => {
    const nodes = runOf(state, active)?.nodes ?? new Map();
    return [...nodes].findLast(([, one]) => one.status === "running")?.[0] ?? "";
  });
  const id = running.split(/[[/]/)[0] ?? "";
  const node = workflow && bodyAt(workflow, null).nodes.get(id);
  const title = node ? titleOf(node, specFace(node.type, catalogue)) : id;
  return (
    <p className="visually-hidden" role="status">
      {status === "running" && title !== ""
        ? t("outline.running", { title })
        : status && t("outline.run", { status: t(`job.${status}`) })}
    </p>
  );
}
