/** Documents in tests, from and to plain values. */

import { type Plain, toPlain } from "../json.ts";
import { parseWorkflow, type Workflow } from "../workflow.ts";

/** A document with these parts. */
export function documentOf(parts: object): Workflow {
  return parseWorkflow(JSON.stringify({ latentgraph: 1, nodes: {}, ...parts }));
}

/** A document as plain values that a test can look into by name. */
export function plainOf(workflow: Workflow): PlainDocument {
  return toPlain(workflow) as unknown as PlainDocument;
}

export interface PlainDocument extends PlainBody {
  readonly definitions: Readonly<Record<string, PlainBody>>;
}

interface PlainBody {
  readonly nodes: Readonly<
    Record<string, { readonly type: string; readonly inputs: Readonly<Record<string, Plain>> }>
  >;
  readonly interface: {
    readonly inputs: Readonly<Record<string, Plain>>;
    readonly outputs: Readonly<Record<string, Plain>>;
  };
  readonly layout: Readonly<Record<string, Plain>>;
}
