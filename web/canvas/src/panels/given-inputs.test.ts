import { expect, test } from "vitest";
import { givenInputs } from "./given-inputs.ts";

test("numbers that a job was given tell it from others of its workflow", () => {
  const inputs = { "paint.seed": 7, prompt: "a long text that says nothing here", steps: 20, batch: 1 };
  expect(givenInputs({ inputs })).toEqual(["seed 7", "steps 20"]);
  expect(givenInputs({ inputs: {} })).toEqual([]);
});
