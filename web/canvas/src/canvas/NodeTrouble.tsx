/** What is wrong with a node, under it: the first of its faults and the way out, or why its run failed. */

import type { InputFace } from "../graph/face.ts";
import { useT } from "../i18n/i18n.ts";
import type { Fault } from "../server/http.ts";
import { inputNamed } from "../state/fault-index.ts";
import type { NodeRun } from "../state/run.ts";
import { useUi } from "../state/ui.ts";
import { Said } from "../ui/Said.tsx";

interface Props {
  readonly node: string;
  readonly inputs: readonly InputFace[];
  readonly run: NodeRun | null;
  readonly faults: readonly Fault[];
}

export function NodeTrouble({ node, inputs, run, faults }: Props) {
  const t = useT();
  const openPanel = useUi((state) => state.openPanel);
  const [fault] = faults;
  const error = run?.status === "failed" ? run.error : null;
  const trouble = fault ?? error;
  if (!trouble) return null;
  const more = faults.length - 1;
  const input = inputs.find(({ name }) => name === inputNamed(trouble.input ?? ""));
  return (
    <button type="button" className="node-trouble nodrag" onClick={() => openPanel("faults")}>
      <span className="node-trouble-message">
        {input && <strong>{input.title} </strong>}
        <Said of={trouble.message} />
      </span>
      {trouble.hint && <Said className="node-trouble-hint" of={trouble.hint} />}
      {error && !fault && error.at !== node && <span className="node-trouble-hint">{error.at}</span>}
      {more > 0 && <span className="node-trouble-hint">{t("faults.more", { count: more })}</span>}
    </button>
  );
}
