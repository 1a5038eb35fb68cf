/** The workflow as a list: its nodes in running order. */

import { columnsOf } from "../graph/arrange.ts";
import { bodyAt } from "../graph/workflow.ts";
import { usePlace, useWorkflow } from "../state/documents.ts";

export function OutlineView() {
  const workflow = useWorkflow();
  const place = usePlace();
  const ids = workflow ? [...columnsOf(bodyAt(workflow, place))].sort(([, a], [, b]) => a - b) : [];
  return (
    <ol>
      {ids.map(([id]) => (
        <li key={id}>{id}</li>
      ))}
    </ol>
  );
}
