import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toPlain } from "../graph/json.ts";
import { isPlainJson, LEAST_HEIGHT, MOST_HEIGHT, readMessage } from "./plugin-protocol.ts";

describe("what a pack's control says", () => {
  it("is taken where it is a message", () => {
    expect(readMessage({ kind: "ready", height: 40.2 })).toEqual({ kind: "ready", height: 41 });
    expect(readMessage({ kind: "failed", message: "no" })).toEqual({ kind: "failed", message: "no" });
    const change = readMessage({ kind: "change", value: { a: [1, null] } });
    expect(change?.kind === "change" && toPlain(change.value)).toEqual({ a: [1, null] });
  });

  it.each([null, 1, "ready", [], {}, { kind: "other" }, { kind: "change" }])("is none: %j", (data) =>
    expect(readMessage(data)).toBeNull(),
  );

  it("asks for a height within bounds, whatever it says", () => {
    fc.assert(
      fc.property(fc.anything(), (height) => {
        const said = readMessage({ kind: "resize", height });
        if (said?.kind !== "resize") throw new Error("a message of a size is one");
        expect(said.height).toBeGreaterThanOrEqual(LEAST_HEIGHT);
        expect(said.height).toBeLessThanOrEqual(MOST_HEIGHT);
      }),
    );
  });

  it("is any JSON as a value", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isPlainJson(value)));
  });

  it("is nothing that JSON can not say, that is too deep, or too large", () => {
    const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);
    const wrong = [Number.NaN, undefined, new Map(), new Date(), 1n, deep, "x".repeat(2_000_000)];
    for (const value of [...wrong, Array.from({ length: 30_000 }, () => 0)]) {
      expect(readMessage({ kind: "change", value })).toBeNull();
    }
  });
});
