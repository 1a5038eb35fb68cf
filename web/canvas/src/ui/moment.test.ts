import { describe, expect, it } from "vitest";
import { shownMoment } from "./moment.ts";

const NOW = Date.parse("2026-11-24T15:00:00Z");
const shown = (moment: string, language = "en") => shownMoment(moment, language, NOW);

describe("a moment", () => {
  it("that is new is told from now", () => {
    expect(shown("2026-11-24T14:59:40Z")).toBe("now");
    expect(shown("2026-11-24T14:55:00Z")).toBe("5 minutes ago");
    expect(shown("2026-11-24T12:00:00Z")).toBe("3 hours ago");
    expect(shown("2026-11-23T15:00:00Z")).toBe("yesterday");
    expect(shown("2026-11-24T12:00:00Z", "ko")).toBe("3시간 전");
  });

  it("that lies ahead, too", () => {
    expect(shown("2026-11-27T15:00:00Z")).toBe("in 3 days");
  });

  it("that is old is a date", () => {
    expect(shown("2026-01-02T15:00:00Z")).toBe("Jan 2, 2026");
  });
});
