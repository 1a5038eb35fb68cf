import { expect, test } from "vitest";
import { givenSeeds } from "./given-seeds.ts";

test("its seeds tell a job from others of its batch", () => {
  expect(givenSeeds({ inputs: { prompt: "a long text", seed: 7, steps: 20 } })).toEqual(["seed 7"]);
  expect(givenSeeds({ inputs: { steps: 20 } })).toEqual([]);
});
