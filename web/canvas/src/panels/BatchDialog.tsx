/** Run the workflow several times, each time with other seeds. */

import { useState } from "react";
import type { Catalogue } from "../graph/catalogue.ts";
import { faceOf, titleOf } from "../graph/face.ts";
import { bodyAt, type Workflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { runBatch, type SeedSteps, seedsOf } from "../state/running.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";

const MOST = 1000;

export function BatchDialog({ close }: { readonly close: () => void }) {
  const t = useT();
  const workflow = useWorkflow();
  const openPanel = useUi((state) => state.openPanel);
  const [count, setCount] = useState(4);
  const [steps, setSteps] = useState<SeedSteps>("next");
  const catalogue = useCatalogue((state) => state.catalogue);
  const seeds = workflow ? seedsOf(workflow) : new Map();
  const titles = workflow ? [...seeds.keys()].map((seed) => seedTitle(workflow, seed, catalogue)) : [];
  const go = async () => {
    close();
    const jobs = await runBatch(count, steps);
    if (jobs.length > 0) openPanel("queue");
  };
  return (
    <Dialog
      title={t("batch.title")}
      close={close}
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button tone="accent" icon="play" isDisabled={seeds.size === 0} onPress={() => void go()}>
            {t("batch.go", { count })}
          </Button>
        </>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (seeds.size > 0) void go();
        }}
      >
        <label className="field">
          <span>{t("batch.count")}</span>
          <input
            type="number"
            min={1}
            max={MOST}
            value={count}
            onChange={(event) =>
              setCount(Math.max(1, Math.min(MOST, Math.round(event.target.valueAsNumber || 1))))
            }
          />
        </label>
        <label className="field">
          <span>{t("batch.seeds")}</span>
          <select value={steps} onChange={(event) => setSteps(event.target.value as SeedSteps)}>
            <option value="next">{t("batch.next")}</option>
            <option value="random">{t("batch.random")}</option>
          </select>
        </label>
        <p className="form-note">
          {seeds.size === 0 ? t("batch.no_seed") : t("batch.which", { names: titles.join(", ") })}
        </p>
      </form>
    </Dialog>
  );
}

/** What people know a seed by, `node.input`: the titles of the two. */
function seedTitle(workflow: Workflow, seed: string, catalogue: Catalogue): string {
  const [id = "", input = ""] = seed.split(".");
  const node = bodyAt(workflow, null).nodes.get(id);
  if (!node) return seed;
  const face = faceOf(workflow, node, catalogue);
  const title = face.inputs.find((one) => one.name === input)?.title ?? input;
  return `${titleOf(node, face)} › ${title}`;
}
