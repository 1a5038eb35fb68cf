import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { chosenIn, useShortcuts } from "./shortcuts.ts";

afterEach(() => useShortcuts.getState().reset());

describe("chosen keys", () => {
  it("are kept in the browser until the first ones are wanted again", () => {
    const { choose } = useShortcuts.getState();
    choose("run", ["F5"]);
    expect(JSON.parse(localStorage.getItem("latentgraph.shortcuts") ?? "")).toEqual({ run: ["F5"] });
    choose("run", null);
    expect(useShortcuts.getState().chosen).toEqual({});
  });

  it("survive whatever is stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        const read = chosenIn(stored);
        expect(
          Object.values(read)
            .flat()
            .every((keys) => typeof keys === "string"),
        ).toBe(true);
        expect(chosenIn(read)).toEqual(read);
      }),
    );
  });
});
