/** What tells jobs of a batch apart: the seeds that they were given, `seed 7`. */

import type { Job } from "../server/api.ts";

const MOST = 2;

export function givenSeeds({ inputs }: Pick<Job, "inputs">): readonly string[] {
  return Object.entries(inputs)
    .filter(([name, value]) => /seed/i.test(name) && (typeof value === "number" || typeof value === "bigint"))
    .slice(0, MOST)
    .map(([name, value]) => `${name} ${value}`);
}
