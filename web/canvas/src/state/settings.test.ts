import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { DEFAULTS, settingsIn, useSettings } from "./settings.ts";

afterEach(() => useSettings.getState().reset());

describe("settings", () => {
  it("are kept in the browser, those that differ from the first ones alone", () => {
    useSettings.getState().set({ wheel: "pan", minimap: true });
    expect(JSON.parse(localStorage.getItem("latentgraph.settings") ?? "")).toEqual({ wheel: "pan" });
  });

  it("can be put back as they were at first", () => {
    useSettings.getState().set({ theme: "light", snap: false });
    useSettings.getState().reset();
    expect(useSettings.getState()).toMatchObject(DEFAULTS);
  });

  it("take what was stored only where it makes sense", () => {
    expect(settingsIn({ theme: "pink", wheel: "pan", snap: "yes", minimap: false, gone: 1 })).toEqual({
      wheel: "pan",
      minimap: false,
    });
  });

  it("survive whatever is stored", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (stored) => {
        const read = settingsIn(stored);
        expect(settingsIn(read)).toEqual(read);
      }),
    );
  });
});
