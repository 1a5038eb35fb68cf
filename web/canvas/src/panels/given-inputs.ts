/** What tells jobs of one workflow apart: the short values that they were given, `seed 7`. */

import type { Job } from "../server/api.ts";

const MOST = 2;

export function givenInputs({ inputs }: Pick<Job, "inputs">): readonly string[] {
  return Object.entries(inputs)
    .filter(([, value]) => typeof value === "number" || typeof value === "bigint")
    .slice(0, MOST)
    .map(([name, value]) => `${name.split(".").at(-1)} ${value}`);
}
