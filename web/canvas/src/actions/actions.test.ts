import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { useShortcuts } from "../state/shortcuts.ts";
import { matches, pressedKeys, shownKeys } from "./action.ts";
import { ACTIONS, actionOf, alsoMeant, firstKeys } from "./actions.ts";

afterEach(() => useShortcuts.getState().reset());

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Key presses as keyboards make them. */
const press = fc
  .record({
    key: fc.constantFrom(
      ...LETTERS,
      ..."0123456789",
      "F5",
      "Enter",
      "ArrowUp",
      " ",
      "?",
      "/",
      "+",
      "-",
      "ㅁ",
    ),
    ctrlKey: fc.boolean(),
    altKey: fc.boolean(),
    shiftKey: fc.boolean(),
  })
  .map(({ key, shiftKey, ...others }) => {
    const code = LETTERS.includes(key) ? `Key${key.toUpperCase()}` : key === "ㅁ" ? "KeyA" : "";
    return new KeyboardEvent("keydown", {
      key: shiftKey && LETTERS.includes(key) ? key.toUpperCase() : key,
      code,
      shiftKey,
      ...others,
    });
  });

describe("keys", () => {
  it("that were pressed once are known when they are pressed again", () => {
    fc.assert(
      fc.property(press, (event) => {
        const keys = pressedKeys(event);
        expect(keys).not.toBeNull();
        expect(matches(keys ?? "", event)).toBe(true);
      }),
    );
  });

  it("are none while only Shift is down", () => {
    expect(pressedKeys(new KeyboardEvent("keydown", { key: "Shift", shiftKey: true }))).toBeNull();
  });

  it("are shown in people's words", () => {
    expect(shownKeys("Mod+Shift+z")).toBe("Ctrl+Shift+Z");
  });
});

describe("actions", () => {
  it("have ids of their own", () => {
    expect(new Set(ACTIONS.map((one) => one.id)).size).toBe(ACTIONS.length);
  });

  it("have the keys that a person chose, everywhere that they are asked for", () => {
    expect(actionOf("settings")?.keys).toEqual(firstKeys("settings"));
    useShortcuts.getState().choose("settings", ["F9"]);
    expect(actionOf("settings")?.keys).toEqual(["F9"]);
    expect(firstKeys("settings")).not.toEqual(["F9"]);
  });

  it("say which others the same keys mean", () => {
    const run = actionOf("run");
    if (!run) throw new Error("there is no such action");
    expect(alsoMeant(run, "F9")).toEqual([]);
    useShortcuts.getState().choose("settings", ["F9"]);
    expect(alsoMeant(run, "F9").map((one) => one.id)).toEqual(["settings"]);
  });
});
