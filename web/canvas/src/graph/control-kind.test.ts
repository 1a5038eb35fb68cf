import { describe, expect, it } from "vitest";
import { controlKind } from "./control-kind.ts";

describe("the control of an input", () => {
  it.each([
    [null, "none"],
    [{ type: "string" }, "text"],
    [{ type: "string", format: "multiline" }, "lines"],
    [{ type: "integer" }, "number"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "number"],
    [{ type: "string", "x-choices": true }, "picker"],
    [{ type: "string", format: "file-path", fileKind: "model", "x-choices": true }, "picker"],
    [
      { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }], "x-choices": true },
      "picker",
    ],
    [{ type: "string", format: "file-path", fileKind: "mask" }, "mask"],
    [{ type: "string", format: "file-path", fileKind: "labels" }, "labels"],
    [{ type: "array", format: "regions" }, "regions"],
    [{ type: "array", "x-control": "span/range" }, "plugin"],
    [{ type: "array", items: { type: "object" } }, "json"],
  ] as const)("of %j is %s", (schema, kind) => expect(controlKind(schema)).toBe(kind));
});
