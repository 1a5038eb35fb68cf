/** Pictures that may lie under what is drawn: those of nodes nearby, and what a person sends. */

import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Catalogue } from "../graph/catalogue.ts";
import { schemaOf } from "../graph/control-kind.ts";
import { specFace } from "../graph/face.ts";
import { neighbourhood } from "../graph/neighbourhood.ts";
import { bodyAt, linksOf, type WorkflowNode } from "../graph/workflow.ts";
import { artifactAddress } from "../server/api.ts";
import { useCatalogue } from "./catalogue.ts";
import { useDocuments, usePlace, useWorkflow } from "./documents.ts";
import { pathOf, runOf, useSession } from "./session.ts";

/** A picture, by where it is. */
export interface Underlay {
  readonly title: string;
  readonly address: string;
}

const MOST = 24; // nodes nearby that are looked at
const NO_NODES: ReadonlyMap<string, WorkflowNode> = new Map();
const REFERENCE = /^blake3:([0-9a-f]{64})$/;

/** The address of an upload's bytes, by its reference; null for what is none. */
export function uploadAddress(reference: string): string | null {
  const found = REFERENCE.exec(reference);
  return found ? `/api/v1/uploads/${found[1]}` : null;
}

/** The newest picture of each node around one, nearest first: of the run that is shown, or a file of its own. */
export function useUnderlays(node: string): readonly Underlay[] {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const tab = useDocuments((state) => state.active) ?? "";
  const near = useMemo(() => {
    const body = workflow && bodyAt(workflow, place);
    return { ids: body ? neighbourhood(body, node, MOST) : [], nodes: body?.nodes ?? NO_NODES };
  }, [workflow, place, node]);
  const made = useSession(
    useShallow((state) => {
      const run = runOf(state, tab);
      return near.ids.map((id) => {
        const one = run?.nodes.get(pathOf(state, tab, id));
        const saved = one?.artifacts.findLast((artifact) => artifact.media_type.startsWith("image/"));
        return saved ? artifactAddress(saved.digest) : (one?.preview ?? "");
      });
    }),
  );
  return useMemo(
    () =>
      near.ids.flatMap((id, index) => {
        const one = near.nodes.get(id);
        if (!one) return [];
        const address = made[index] || fileOf(one, catalogue);
        return address ? [{ title: one.title || specFace(one.type, catalogue).title, address }] : [];
      }),
    [near, made, catalogue],
  );
}

/** The picture that a node is given as a file, where it is one of the server's. */
function fileOf(node: WorkflowNode, catalogue: Catalogue): string {
  for (const input of specFace(node.type, catalogue).inputs) {
    if (input.control !== "file" || schemaOf(input.schema)?.fileKind !== "image") continue;
    const value = node.inputs.get(input.name);
    const address = typeof value === "string" ? uploadAddress(value) : null;
    if (address) return address;
  }
  return "";
}

/** The picture that is linked to an input of a node, if it is known. */
export function useLinkedPicture(node: string, input: string): Underlay | null {
  const workflow = useWorkflow();
  const place = usePlace();
  const catalogue = useCatalogue((state) => state.catalogue);
  const tab = useDocuments((state) => state.active) ?? "";
  const nodes = workflow ? bodyAt(workflow, place).nodes : NO_NODES;
  const [link] = linksOf(nodes.get(node)?.inputs.get(input));
  const source = link ? nodes.get(link.node) : undefined;
  const made = useSession((state) => {
    const one = runOf(state, tab)?.nodes.get(pathOf(state, tab, link?.node ?? ""));
    const saved = one?.artifacts.findLast((artifact) => artifact.media_type.startsWith("image/"));
    return saved ? artifactAddress(saved.digest) : (one?.preview ?? "");
  });
  const address = made || (source ? fileOf(source, catalogue) : "");
  return address && source
    ? { title: source.title || specFace(source.type, catalogue).title, address }
    : null;
}
