import "./difference-list.css";
import { type Difference, differences } from "../../graph/difference.ts";
import type { Workflow } from "../../graph/workflow.ts";
import { type t as translate, useT } from "../../i18n/i18n.ts";

interface Props {
  readonly before: Workflow;
  readonly after: Workflow;
  /** What is said where they are the same. */
  readonly none: string;
}

const MOST = 200;

/** What differs between two documents, a line each. */
export function DifferenceList({ before, after, none }: Props) {
  const t = useT();
  const found = differences(before, after);
  if (found.length === 0) return <p className="quiet">{none}</p>;
  return (
    <ul className="difference-list">
      {found.slice(0, MOST).map((one) => (
        <li key={`${one.kind} ${one.place ?? ""} ${one.node} ${one.name}`} data-kind={one.kind}>
          {wordsOf(one, t)}
        </li>
      ))}
      {found.length > MOST && <li>{t("diff.more", { count: found.length - MOST })}</li>}
    </ul>
  );
}

/** A difference in one sentence. */
function wordsOf(difference: Difference, t: typeof translate): string {
  const { kind, place, node, name } = difference;
  const nothing = t("diff.nothing");
  const before = difference.before || nothing;
  const after = difference.after || nothing;
  const words = t(`diff.${kind}`, { node, name, before, after });
  return place === null ? words : t("diff.in_definition", { definition: place, words });
}
