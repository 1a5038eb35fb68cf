/** Adding what was chosen in the palette, connected to the loose end that it was opened for. */

import type { Catalogue } from "../../graph/catalogue.ts";
import { lead } from "../../graph/commands/leading.ts";
import { insertOnLink } from "../../graph/commands/links.ts";
import { addNode } from "../../graph/commands/nodes.ts";
import { type Face, specFace } from "../../graph/face.ts";
import { geometryOf } from "../../graph/geometry.ts";
import { socketFor as searchedSocket } from "../../graph/search.ts";
import { t } from "../../i18n/i18n.ts";
import { useDocuments } from "../../state/documents.ts";
import type { Scene } from "../../state/scene.ts";
import { useSelection } from "../../state/selection.ts";
import type { LooseEnd, Palette } from "../../state/ui.ts";
import { inputOf, throughFace } from "../../state/wiring.ts";

export function addFromPalette(type: string, palette: Palette, scene: Scene, catalogue: Catalogue): void {
  const face = specFace(type, catalogue);
  const { from, link: into } = palette;
  const through = into && throughFace(scene, into, face);
  const socket = from && !into ? socketFor(from, face, scene, catalogue) : null;
  const at = placeFor(face, palette.at, from, socket);
  let id = "";
  useDocuments.getState().edit(t("edit.add", { title: face.title }), (workflow, place) => {
    const made = addNode(workflow, place, { type, version: catalogue.nodes[type]?.version ?? 1, at });
    id = made.id;
    if (into && through) return insertOnLink(made.workflow, place, into, { node: id, ...through });
    if (!from || !socket) return made.workflow;
    const link =
      from.side === "output"
        ? { source: from.node, output: from.handle, target: id, input: socket.name, many: socket.many }
        : { source: id, output: socket.name, target: from.node, input: from.handle, many: socket.many };
    return lead(made.workflow, place, link);
  });
  useSelection.getState().select([id]);
  useSelection.getState().focus(id);
}

/** The socket of a node type that a loose end is led to. */
function socketFor(
  from: LooseEnd,
  face: Face,
  scene: Scene,
  catalogue: Catalogue,
): { readonly name: string; readonly many: boolean } | null {
  const many = from.side === "input" && (inputOf(scene.nodes.get(from.node), from.handle)?.many ?? false);
  const found = searchedSocket(catalogue, face.type, { side: from.side, shape: from.shape, many });
  if (!found) return null;
  const input = face.inputs.find((one) => one.name === found.name);
  return { name: found.name, many: from.side === "input" ? many : (input?.many ?? false) };
}

/** Where a node goes so that the socket that is connected lies where the link was dropped. */
function placeFor(
  face: Face,
  [x, y]: readonly [number, number],
  from: LooseEnd | null,
  socket: { readonly name: string } | null,
): readonly [number, number] {
  const { width, inputs, outputs } = geometryOf(face);
  if (!from || !socket) return [x - width / 2, y - 18];
  return from.side === "output"
    ? [x, y - (inputs.get(socket.name) ?? 18)]
    : [x - width, y - (outputs.get(socket.name) ?? 18)];
}
