/** The labels that a label map of a node is painted with: another input of the same node. */

import { type InputFace, specFace } from "../graph/face.ts";
import { fromPlain } from "../graph/json.ts";
import { type Label, readPalette } from "../graph/painting/palette.ts";
import { bodyAt, linksOf } from "../graph/workflow.ts";
import { useCatalogue } from "./catalogue.ts";
import { usePlace, useWorkflow } from "./documents.ts";

export interface NodeLabels {
  readonly input: string;
  readonly labels: readonly Label[];
  /** Whether a link gives them, so that they can not be changed here. */
  readonly linked: boolean;
}

/** The palette of a node, or null where it has none. */
export function useLabels(node: string): NodeLabels | null {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const one = workflow && bodyAt(workflow, place).nodes.get(node);
  const input = one && specFace(one.type, catalogue).inputs.find((each) => each.control === "palette");
  if (!one || !input) return null;
  const value =
    one.inputs.get(input.name) ?? (input.default === undefined ? undefined : fromPlain(input.default));
  const linked = linksOf(value).length > 0;
  return {
    input: input.name,
    labels: (linked ? null : readPalette(value)) ?? [],
    linked,
  };
}

/** The input of a node whose painting has its labels: a label map that no link gives. */
export function usePainted(node: string): InputFace | null {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const one = workflow && bodyAt(workflow, place).nodes.get(node);
  const input = one && specFace(one.type, catalogue).inputs.find((each) => each.control === "labels");
  return one && input && linksOf(one.inputs.get(input.name)).length === 0 ? input : null;
}
