import { expect, test } from "vitest";
import { EMPTY_CATALOGUE } from "../graph/catalogue.ts";
import { documentOf } from "../graph/testing/plain.ts";
import { choicesOf } from "./SweepDialog.tsx";

test("an input with choices says which values there are, whatever they are called in the reader's language", () => {
  const fit = {
    type: "choice",
    shape: { is: "choice", of: ["stretch", "crop"] },
    required: false,
    many: false,
    schema: { enum: ["stretch", "crop"] },
    default: "crop",
  } as const;
  const node = { version: 1, title: "Resize", category: "", lane: "cpu", kind: "pure", help: "" } as const;
  const catalogue = {
    ...EMPTY_CATALOGUE,
    nodes: { "x/resize": { ...node, type: "x/resize", inputs: { fit }, outputs: {} } },
    texts: { nodes: { "x/resize": { inputs: { fit: { choices: { crop: "잘라 맞추기" } } } } } },
  };
  const document = documentOf({ nodes: { a: { type: "x/resize" } } });
  expect(choicesOf(document, catalogue)).toMatchObject([{ name: "a.fit", values: ["stretch", "crop"] }]);
});
