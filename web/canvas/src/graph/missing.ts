/** What a document needs and is not here: packs, node types, newer versions of them. */

import type { Catalogue } from "./catalogue.ts";
import { specFace } from "./face.ts";
import { textIn } from "./json.ts";
import { bodyAt, placesOf, type Workflow } from "./workflow.ts";

/** A pack whose nodes a document has and that are not known here. */
export interface MissingPack {
  readonly pack: string;
  /** The version that the document was made with, where it says so. */
  readonly version: string;
  /** Whether the pack is here, and only these types, or these versions of them, are not. */
  readonly isHere: boolean;
  readonly types: readonly string[];
  /** How many nodes are concerned, those of definitions included. */
  readonly count: number;
}

/** What is missing, by pack, in the order of the document. */
export function missingPacks(workflow: Workflow, catalogue: Catalogue): readonly MissingPack[] {
  const found = new Map<string, { here: boolean; types: Set<string>; count: number }>();
  for (const place of placesOf(workflow)) {
    for (const node of bodyAt(workflow, place).nodes.values()) {
      const known = catalogue.nodes[node.type];
      if (known && node.version <= known.version) continue;
      const pack = node.type.split("/")[0] ?? "";
      const here = known !== undefined || specFace(node.type, catalogue).missing === "type";
      const one = found.get(pack) ?? { here, types: new Set<string>(), count: 0 };
      one.types.add(node.type);
      one.count++;
      found.set(pack, one);
    }
  }
  return [...found].map(([pack, { here, types, count }]) => ({
    pack,
    version: textIn(workflow, ["lock", "packs", pack]),
    isHere: here,
    types: [...types],
    count,
  }));
}
