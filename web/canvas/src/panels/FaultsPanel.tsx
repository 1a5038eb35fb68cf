/** Everything that is wrong: with the document, and in the run that is shown. Each line leads to its node. */

import { useShallow } from "zustand/react/shallow";
import { useT } from "../i18n/i18n.ts";
import type { Fault } from "../server/http.ts";
import { useDocuments } from "../state/documents.ts";
import { useFaults } from "../state/faults.ts";
import { lead } from "../state/lead.ts";
import type { NodeRun } from "../state/run.ts";
import { runOf, useSession } from "../state/session.ts";
import { Said } from "../ui/Said.tsx";
import { More } from "./More.tsx";
import { firstOf, useInputTitle, useNodeTitle, usePathTitle } from "./node-title.ts";

export function FaultsPanel() {
  const t = useT();
  const faults = useFaults((state) => state.faults);
  const failed = useFailed();
  if (faults.length === 0 && failed.length === 0) return <p className="panel-empty">{t("faults.none")}</p>;
  return (
    <>
      {failed.length > 0 && (
        <section className="fault-group" aria-label={t("faults.in_run")}>
          <h3>{t("faults.in_run")}</h3>
          <More of={failed}>
            {(shown) => (
              <ul className="fault-list">
                {shown.map(([path, run]) => (
                  <RunFault key={path} path={path} run={run} />
                ))}
              </ul>
            )}
          </More>
        </section>
      )}
      {faults.length > 0 && (
        <section className="fault-group" aria-label={t("faults.in_document")}>
          <h3>{t("faults.in_document")}</h3>
          <More of={faults}>
            {(shown) => (
              <ul className="fault-list">
                {shown.map((fault) => (
                  <DocumentFault key={keyOf(fault)} fault={fault} />
                ))}
              </ul>
            )}
          </More>
        </section>
      )}
    </>
  );
}

function keyOf(fault: Fault): string {
  return `${fault.code} ${fault.definition ?? ""} ${fault.node} ${fault.input} ${fault.message}`;
}

function DocumentFault({ fault }: { readonly fault: Fault }) {
  const t = useT();
  const title = useNodeTitle(fault.node, fault.definition || null);
  const input = useInputTitle(fault.node, fault.definition || null, fault.input);
  const at = [fault.definition ? t("faults.inside", { name: fault.definition }) : "", title, input];
  return (
    <li>
      <button type="button" className="fault" onClick={() => lead(fault.node, fault.definition || null)}>
        <span className="fault-place">{at.filter(Boolean).join(" › ")}</span>
        <Said className="fault-message" of={fault.message} />
        {fault.hint && <Said className="fault-hint" of={fault.hint} />}
      </button>
    </li>
  );
}

/** The nodes that failed by themselves, not because of what is inside them. */
function useFailed(): readonly (readonly [string, NodeRun])[] {
  const tab = useDocuments((state) => state.active);
  const flat = useSession(
    useShallow((state) =>
      [...(runOf(state, tab)?.nodes ?? [])].flatMap(([path, one]) =>
        one.error && one.error.at === path ? [path, one] : [],
      ),
    ),
  );
  return flat.flatMap((one, index) =>
    typeof one === "string" ? [[one, flat[index + 1] as NodeRun] as const] : [],
  );
}

function RunFault({ path, run }: { readonly path: string; readonly run: NodeRun }) {
  const title = usePathTitle(path);
  return (
    <li>
      <button type="button" className="fault" onClick={() => lead(firstOf(path))}>
        <span className="fault-place">{title}</span>
        <span className="fault-message">{run.error?.message}</span>
        {run.error?.hint && <Said className="fault-hint" of={run.error.hint} />}
      </button>
    </li>
  );
}
