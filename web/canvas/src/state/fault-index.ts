/** The faults of the active document by where they are, so that each control finds its own at once. */

import type { Fault } from "../server/http.ts";
import { useFaults } from "./faults.ts";
import { useHere } from "./here.ts";

/** The name of the input that a path such as `images[2].from` is about. */
export function inputNamed(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? "";
}

let indexed: { readonly faults: readonly Fault[]; readonly byInput: ReadonlyMap<string, Fault> } | null =
  null;

function keyOf(definition: string | null | undefined, node: string, input: string): string {
  return JSON.stringify([definition || null, node, input]);
}

function indexOf(faults: readonly Fault[]): ReadonlyMap<string, Fault> {
  if (indexed?.faults !== faults) {
    const byInput = new Map<string, Fault>();
    for (const fault of faults) {
      const key = keyOf(fault.definition, fault.node, inputNamed(fault.input));
      if (!byInput.has(key)) byInput.set(key, fault);
    }
    indexed = { faults, byInput };
  }
  return indexed.byInput;
}

/** The first thing that is wrong with an input of a node where one is; null where nothing is. */
export function useInputFault(node: string, input: string): Fault | null {
  const place = useHere();
  return useFaults((state) => indexOf(state.faults).get(keyOf(place, node, input)) ?? null);
}
