/** Links of nodes and of ports alike: what connects, cuts and takes elsewhere whatever the ends are. */

import { INPUTS_CARD, isPortEdge, NEW_PORT, OUTPUTS_CARD } from "../port-cards.ts";
import { bodyAt, type Edge, type Place, type Workflow } from "../workflow.ts";
import { put } from "./edit.ts";
import { demoteInput, promotedAs, promoteInput, promoteOutput, removeName } from "./interface.ts";
import { type Connection, connect, disconnect, redirect } from "./links.ts";

/** Lead one end to another: an output to an input, a port to an input, or an output to an output port. */
export function lead(workflow: Workflow, place: Place, link: Connection): Workflow {
  if (link.source === INPUTS_CARD) {
    if (link.target === OUTPUTS_CARD) return workflow;
    return leadFromPort(workflow, place, link);
  }
  if (link.target === OUTPUTS_CARD) return leadToPort(workflow, place, link);
  // What comes by a link does not come through a port as well.
  return connect(demoteInput(workflow, place, link.target, link.input), place, link);
}

function leadFromPort(workflow: Workflow, place: Place, { output, target, input }: Connection): Workflow {
  const now = promotedAs(bodyAt(workflow, place).interface, target, input);
  if (now === output || (now !== null && output === NEW_PORT)) return workflow;
  const free = unlinked(demoteInput(workflow, place, target, input), place, target, input);
  return promoteInput(free, place, target, input, output === NEW_PORT ? undefined : output);
}

/** The document without the links that arrive at an input. */
function unlinked(workflow: Workflow, place: Place, target: string, input: string): Workflow {
  const node = bodyAt(workflow, place).nodes.get(target);
  const value = node?.inputs.get(input);
  const linked = value instanceof Map ? value.has("from") : Array.isArray(value);
  if (!node || !linked) return workflow;
  const left = new Map([...node.inputs].filter(([name]) => name !== input));
  return put(workflow, place, ["nodes", target, "inputs"], left);
}

function leadToPort(workflow: Workflow, place: Place, { source, output, input }: Connection): Workflow {
  const { interface: face } = bodyAt(workflow, place);
  const one = face.outputs.get(input);
  if (input === NEW_PORT || !one) return promoteOutput(workflow, place, source, output);
  if (one.node === source && one.output === output) return workflow;
  const path = ["interface", "outputs", input];
  return put(put(workflow, place, [...path, "node"], source), place, [...path, "output"], output);
}

/** Take a link away; of a port that leads nowhere else, the port. */
export function cut(workflow: Workflow, place: Place, edge: Edge): Workflow {
  if (edge.source === INPUTS_CARD) return demoteInput(workflow, place, edge.target, edge.input);
  if (edge.target === OUTPUTS_CARD) return removeName(workflow, place, "outputs", edge.input);
  return disconnect(workflow, place, edge);
}

/** Take an end of a link elsewhere; in the list of an input it keeps its place. */
export function relead(workflow: Workflow, place: Place, edge: Edge, to: Connection): Workflow {
  const sameTarget = to.target === edge.target && to.input === edge.input;
  if (!isPortEdge(edge) && !isPortEdge(to) && sameTarget) {
    return redirect(workflow, place, edge, to.source, to.output);
  }
  // An output port keeps its name when another output is led to it, and a port when it leads elsewhere.
  if (edge.target === OUTPUTS_CARD && sameTarget) return lead(workflow, place, to);
  if (edge.source === INPUTS_CARD && to.source === INPUTS_CARD && to.output === edge.output) {
    return demoteInput(lead(workflow, place, to), place, edge.target, edge.input);
  }
  return lead(cut(workflow, place, edge), place, to);
}
