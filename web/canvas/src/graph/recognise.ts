/** What a file's JSON is: a workflow, one of a newer format, another program's, or something else. */

import { isArray, isObject, type Json, numberOf } from "./json.ts";
import type { Workflow } from "./workflow.ts";

/** The format of documents that this editor reads. */
export const FORMAT = 1;

export type Recognised =
  | { readonly kind: "workflow"; readonly workflow: Workflow }
  | { readonly kind: "newer"; readonly format: number }
  /** A node graph, or a list of calls, as another program saves it. */
  | { readonly kind: "foreign" }
  | { readonly kind: "other" };

export function recognise(value: Json): Recognised {
  if (!isObject(value)) return { kind: "other" };
  const format = numberOf(value.get("latentgraph"));
  if (format !== undefined && format > FORMAT) return { kind: "newer", format };
  if (format === FORMAT && isObject(value.get("nodes"))) return { kind: "workflow", workflow: value };
  return { kind: isForeign(value) ? "foreign" : "other" };
}

/** Two layouts that are common elsewhere: lists of nodes and links, and calls by number with a class each. */
function isForeign(value: ReadonlyMap<string, Json>): boolean {
  if (isArray(value.get("nodes")) && isArray(value.get("links"))) return true;
  const calls = [...(isObject(value.get("prompt")) ? (value.get("prompt") as typeof value) : value).values()];
  return calls.length > 0 && calls.every((one) => isObject(one) && one.has("class_type"));
}
