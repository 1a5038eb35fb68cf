/** What lists call a node: its title, and for one that runs inside another the path in the run, too. */

import { faceOf, titleOf } from "../graph/face.ts";
import { bodyAt, type Place } from "../graph/workflow.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";

/** The title of a node at a place of the active document; its id where it is not there. */
export function useNodeTitle(id: string, place: Place): string {
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const node = workflow ? bodyAt(workflow, place).nodes.get(id) : undefined;
  return workflow && node ? titleOf(node, faceOf(workflow, node, catalogue)) : id;
}

/** The title of an input of a node; its name where the node has none such. */
export function useInputTitle(id: string, place: Place, input: string): string {
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  const node = workflow ? bodyAt(workflow, place).nodes.get(id) : undefined;
  const inputs = workflow && node ? faceOf(workflow, node, catalogue).inputs : [];
  return inputs.find((one) => one.name === input)?.title ?? input;
}

/** The node of the document that a path in a run is of, or is inside of: `each` for `each[2]/loud`. */
export function firstOf(path: string): string {
  return path.replace(/^sweep\[\d+\]\//, "").split(/[/[#]/)[0] ?? path;
}

/** The title of what a path in a run names: `Each › each[2]/loud`. */
export function usePathTitle(path: string): string {
  const first = firstOf(path);
  const title = useNodeTitle(first, null);
  return path === first ? title : `${title} › ${path}`;
}
