import { afterEach, describe, expect, it } from "vitest";
import { useLanguage } from "../i18n/i18n.ts";
import { shownDay, shownSeconds } from "./time.ts";

afterEach(() => useLanguage.getState().setLanguage("en"));

describe("times", () => {
  it("are as short as can be", () => {
    expect(shownSeconds(0.012)).toBe("12ms");
    expect(shownSeconds(3.44)).toBe("3.4s");
    expect(shownSeconds(59.96)).toBe("1:00");
    expect(shownSeconds(3725)).toBe("1:02:05");
  });

  it("are in the language of the page", async () => {
    await useLanguage.getState().setLanguage("ko");
    expect(shownSeconds(3.44)).toBe("3.4초");
    expect(shownDay(new Date(2026, 10, 24))).toBe("2026. 11. 24.");
  });
});
