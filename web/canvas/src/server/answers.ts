/** What a server knows while a document is written: what there is to choose, and how much of a text fits. */

import { fromPlain, type Json, type Plain } from "../graph/json.ts";
import type { Place, Workflow } from "../graph/workflow.ts";
import { ask } from "./http.ts";

/** Something that can be chosen for an input. */
export interface Choice {
  readonly value: string;
  readonly title: string;
  readonly details: Readonly<Record<string, string | number>>;
  /** A small picture, as an address that holds it. */
  readonly picture: string;
}

export interface Choices {
  readonly choices: readonly Choice[];
  /** Whether there are others, which a query finds. */
  readonly more: boolean;
}

/** How much of a value there is, and how much fits. */
export interface Measured {
  readonly count: number;
  readonly limit: number | null;
  readonly unit: string;
  readonly problems: readonly string[];
  readonly approximate: boolean;
}

/** What there is to choose for an input of a node type. Raises `Problem`. */
export function readChoices(
  type: string,
  input: string,
  query: string,
  signal: AbortSignal,
): Promise<Choices> {
  const [pack = "", node = ""] = type.split("/").map(encodeURIComponent);
  const words = query ? `?${new URLSearchParams({ query })}` : "";
  return ask(`/api/v1/nodes/${pack}/${node}/inputs/${encodeURIComponent(input)}/choices${words}`, { signal });
}

/** Measure a value as it is typed into an input. Raises `Problem`. */
export function measure(
  workflow: Workflow,
  at: { readonly place: Place; readonly node: string; readonly input: string },
  value: Json,
  signal: AbortSignal,
): Promise<Measured> {
  const fields: Readonly<Record<string, Plain>> = {
    node: at.node,
    input: at.input,
    definition: at.place ?? "",
  };
  const rest = Object.entries(fields).map(([name, one]) => [name, fromPlain(one)] as const);
  const json = new Map<string, Json>([...rest, ["value", value]]);
  return ask("/api/v1/measure", { method: "POST", document: workflow, json, signal });
}
