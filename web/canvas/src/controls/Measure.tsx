/** How much of a text there is and how much fits, counted by the server while it is typed. */

import { useEffect, useState } from "react";
import { schemaOf } from "../graph/control-kind.ts";
import { type Json, setIn } from "../graph/json.ts";
import { neighbourhood } from "../graph/neighbourhood.ts";
import { bodyAt, type Place, pathOf, type Workflow } from "../graph/workflow.ts";
import { type Key, useT } from "../i18n/i18n.ts";
import { type Measured, measure } from "../server/answers.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { type ControlProps, currentValue } from "./control-props.ts";

const PAUSE = 350; // milliseconds without a letter before the server is asked
const MOST_NODES = 40; // of a document go with the question

export function Measure(props: ControlProps) {
  const isMeasured = schemaOf(props.input.schema)?.["x-measured"] === true;
  return isMeasured ? <Count {...props} /> : null;
}

/** Units that have words of ours; a pack may count in others, and says them itself. */
const UNITS: Readonly<Partial<Record<string, Key>>> = {
  characters: "measure.unit.characters",
  tokens: "measure.unit.tokens",
};

function Count(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  const found = useMeasure(props.node, props.input.name, now);
  if (!found) return null;
  const { count, limit, unit, problems, approximate } = found;
  const known = UNITS[unit];
  const values = { count: String(count), limit: String(limit ?? ""), unit: known ? t(known) : unit };
  const over = limit !== null && count > limit;
  const words = limit === null ? t("measure.count", values) : t("measure.of", values);
  return (
    <>
      <output
        className="control-measure"
        data-over={over || undefined}
        data-problems={problems.length > 0 || undefined}
        title={approximate ? t("measure.approximate") : undefined}
      >
        {approximate ? "≈ " : ""}
        {words}
      </output>
      {problems.length > 0 && !props.wrong && (
        <p className="control-problem" role="status">
          {problems.map(sentence).join(" ")}
        </p>
      )}
    </>
  );
}

/** What a pack says, as a sentence beside others. */
function sentence(words: string): string {
  const begun = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** The newest answer about a value; the one before stays until it is there. */
function useMeasure(node: string, input: string, value: Json | undefined): Measured | null {
  const [found, setFound] = useState<Measured | null>(null);
  useEffect(() => {
    if (typeof value !== "string") return setFound(null);
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const tab = activeTab(useDocuments.getState());
      if (!tab) return;
      const place = placeOf(tab);
      const part = partAround(tab.history.present, place, node);
      try {
        setFound(await measure(part, { place, node, input }, value, asking.signal));
      } catch {
        if (!asking.signal.aborted) setFound(null); // it can not be told: the text is as good without
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [node, input, value]);
  return found;
}

/** A document with the nodes around one only. */
function partAround(workflow: Workflow, place: Place, node: string): Workflow {
  const body = bodyAt(workflow, place);
  if (body.nodes.size <= MOST_NODES) return workflow;
  const raw = workflow.get("nodes");
  const near = neighbourhood(body, node, MOST_NODES);
  if (place !== null || !(raw instanceof Map)) return workflow;
  const kept = new Map<string, Json>(near.flatMap((id) => (raw.has(id) ? [[id, raw.get(id) ?? null]] : [])));
  return setIn(workflow, [...pathOf(place), "nodes"], kept) as Workflow;
}
