/** What a run would do, before it is asked for: every node in running order, and why it would run. */

import { useEffect } from "react";
import { useT } from "../i18n/i18n.ts";
import type { PlanStep } from "../server/api.ts";
import { lead } from "../state/lead.ts";
import { usePlan } from "../state/plan.ts";

export function PlanPanel() {
  const t = useT();
  const { steps, error, of, setShown } = usePlan();
  useEffect(() => {
    setShown(true);
    return () => setShown(false);
  }, [setShown]);
  if (error) {
    return (
      <p className="panel-empty" role="alert">
        {error}
      </p>
    );
  }
  if (!of) return <p className="panel-empty">{t("panel.loading")}</p>;
  const hits = steps.filter((step) => step.status === "hit").length;
  return (
    <div className="plan">
      <p role="status">{t("plan.counts", { run: steps.length - hits, hits })}</p>
      <ol className="plan-list">
        {steps.map((step) => (
          <Step key={step.node} step={step} />
        ))}
      </ol>
    </div>
  );
}

function Step({ step }: { readonly step: PlanStep }) {
  const t = useT();
  return (
    <li>
      <button
        type="button"
        className="plan-step"
        data-status={step.status}
        onClick={() => lead(step.node.split(/[/[#]/)[0] ?? step.node)}
      >
        <span className="plan-node">{step.node}</span>
        <span className="plan-status">{t(`plan.short.${step.status}`)}</span>
        {step.reason && (
          <span className="plan-reason" lang="en">
            {step.reason}
          </span>
        )}
      </button>
    </li>
  );
}
