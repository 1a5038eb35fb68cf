import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useLanguage } from "./i18n.ts";
import { said } from "./said.ts";

describe("what the server says", () => {
  beforeAll(() => useLanguage.getState().setLanguage("ko"));
  afterAll(() => useLanguage.getState().setLanguage("en"));

  it("is said in the language of the page, with its values", () => {
    expect(said("it has not run before")).toEqual({ text: "처음 실행합니다" });
    expect(said("inputs 'a', 'b' changed")).toEqual({ text: "바뀐 입력: 'a', 'b'" });
    expect(said("'sum' will run first; it runs if what that gives is new").text).toContain("'sum'");
  });

  it("has its values in that language, too", () => {
    expect(said("is missing: it wants whole number.").text).toBe("값이 없습니다. 필요한 값: 정수");
    expect(said("9999 is out of range: it must be at most 1000.").text).toContain("1000 이하");
    expect(said("wants list of Image, but 'a.b' gives text.").text).toContain("Image 목록");
    expect(said("The pack 'x' is not installed. Did you mean 'y'?").text).toContain("혹시 'y'인가요?");
  });

  it("stays English, and says so, where it is not known", () => {
    const sentence = "CUDA is out of memory.";
    expect(said(sentence)).toEqual({ text: sentence, lang: "en" });
    const about = (value: string) => said(`The pack '${value}' is not installed. Did you mean 'y'?`);
    expect(about("x".repeat(500)).lang).toBeUndefined();
    expect(about("x".repeat(2000)).lang).toBe("en"); // no sentence is that long
  });
});

it("is the server's own in English", () => {
  expect(said("it has not run before")).toEqual({ text: "it has not run before" });
});
