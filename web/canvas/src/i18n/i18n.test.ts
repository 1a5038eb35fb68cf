import { afterEach, describe, expect, it } from "vitest";
import english from "./en.json" with { type: "json" };
import { LANGUAGES, preferredLanguage, t, useLanguage } from "./i18n.ts";

const files = import.meta.glob<Record<string, string>>("./*.json", { eager: true, import: "default" });
const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, "");
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

afterEach(() => useLanguage.getState().setLanguage("en"));

describe("every language", () => {
  for (const [path, words] of Object.entries(files)) {
    it(`${path} has each key of English, sorted, and no other`, () => {
      expect(new Set(Object.keys(words).map(stem))).toEqual(new Set(Object.keys(english).map(stem)));
      expect(Object.keys(words)).toEqual(Object.keys(words).toSorted());
      for (const key of Object.keys(words)) {
        const plural = stem(key) !== key;
        if (plural) expect(words, key).toHaveProperty([`${stem(key)}_other`]);
      }
    });

    it(`${path} leaves the same places for values`, () => {
      for (const [key, text] of Object.entries(words)) {
        const source =
          (english as Record<string, string>)[key] ??
          (english as Record<string, string>)[`${stem(key)}_other`];
        const wanted = holes(source ?? "");
        if (!key.endsWith("_one")) expect(holes(text), key).toEqual(wanted);
      }
    });
  }
});

describe("words", () => {
  it("take values and plurals", () => {
    expect(t("status.nodes", { count: 1 })).toBe("1 node");
    expect(t("status.nodes", { count: 2000 })).toBe("2,000 nodes");
    expect(t("tab.close", { name: "A" })).toBe("Close A");
  });

  it("come in the language that is set", async () => {
    await useLanguage.getState().setLanguage("ko");
    expect(t("status.nodes", { count: 1 })).toBe("노드 1개");
    expect(t("save.saved", { version: 3 })).toBe("버전 3으로 저장했습니다.");
    expect(document.documentElement.lang).toBe("ko");
  });

  it("are in the reader's language where there is one", () => {
    expect(LANGUAGES[0]).toBe("en");
    expect(preferredLanguage(["fr-FR", "ko-KR", "en"])).toBe("ko");
    expect(preferredLanguage(["fr"])).toBe("en");
  });
});
