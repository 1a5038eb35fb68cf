/** The workflow as a plain app: the inputs of its interface, and nothing else. */

import { bodyAt } from "../graph/workflow.ts";
import { useWorkflow } from "../state/documents.ts";

export function FormView() {
  const workflow = useWorkflow();
  const inputs = workflow ? [...bodyAt(workflow, null).interface.inputs] : [];
  return (
    <ul>
      {inputs.map(([name, one]) => (
        <li key={name}>{one.title || name}</li>
      ))}
    </ul>
  );
}
