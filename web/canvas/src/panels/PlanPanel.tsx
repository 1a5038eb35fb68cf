/** What a run would do, before it is asked for: every node in running order, and why it would run. */

import { useEffect } from "react";
import { useT } from "../i18n/i18n.ts";
import type { PlanStep } from "../server/api.ts";
import { useFaults } from "../state/faults.ts";
import { lead } from "../state/lead.ts";
import { usePlan } from "../state/plan.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { Said } from "../ui/Said.tsx";
import { More } from "./More.tsx";
import { firstOf, usePathTitle } from "./node-title.ts";

export function PlanPanel() {
  const t = useT();
  const { steps, error, of, setShown } = usePlan();
  const faults = useFaults((state) => state.faults.length);
  useEffect(() => {
    setShown(true);
    return () => setShown(false);
  }, [setShown]);
  if (faults > 0) {
    return (
      <div className="panel-empty" role="status">
        <p>{t("plan.faults", { count: faults })}</p>
        <Button icon="warn" onPress={() => useUi.getState().openPanel("faults")}>
          {t("plan.show_faults")}
        </Button>
      </div>
    );
  }
  if (error) {
    return (
      <p className="panel-empty" role="alert">
        {error}
      </p>
    );
  }
  if (!of) return <p className="panel-empty">{t("panel.loading")}</p>;
  const hits = steps.filter((step) => step.status === "hit").length;
  const runs = steps.filter((step) => step.status === "miss" || step.status === "unknown").length;
  const counts = [t("plan.would_run", { count: runs }), t("plan.cached", { count: hits })].join(", ");
  return (
    <div className="plan">
      <p role="status">{runs === 0 && hits > 0 ? t("plan.nothing") : counts}</p>
      <More of={steps}>
        {(shown) => (
          <ol className="plan-list">
            {shown.map((step) => (
              <Step key={step.node} step={step} />
            ))}
          </ol>
        )}
      </More>
    </div>
  );
}

function Step({ step }: { readonly step: PlanStep }) {
  const t = useT();
  const title = usePathTitle(step.node);
  const isNamed = firstOf(step.node) === step.node && title.toLowerCase() !== step.node.toLowerCase();
  return (
    <li>
      <button
        type="button"
        className="plan-step"
        data-status={step.status}
        onClick={() => lead(firstOf(step.node))}
      >
        <span className="plan-node">
          {title}
          {isNamed && <code>{step.node}</code>}
        </span>
        <span className="plan-status">{t(`plan.short.${step.status}`)}</span>
        {step.reason && <Said className="plan-reason" of={step.reason} />}
      </button>
    </li>
  );
}
