/** Words on screen, by key and language. English is built in; others are files that are loaded when asked for. */

import { create } from "zustand";
import english from "./en.json" with { type: "json" };
import { withParticles } from "./particles.ts";

export type Key = keyof typeof english;
type Values = Readonly<Record<string, string | number>>;
type Words = Readonly<Partial<Record<string, string>>>;

const FILES = import.meta.glob<Words>(["./*.json", "!./en.json"], { import: "default" });

/** The languages that there are files for, English first. */
export const LANGUAGES: readonly string[] = [
  "en",
  ...Object.keys(FILES).map((path) => path.slice("./".length, -".json".length)),
];

interface LanguageState {
  readonly language: string;
  readonly words: Words;
  setLanguage(language: string): Promise<void>;
}

export const useLanguage = create<LanguageState>()((set) => ({
  language: "en",
  words: english,
  async setLanguage(language) {
    const load = FILES[`./${language}.json`];
    const words = load ? await load() : english;
    document.documentElement.lang = load ? language : "en";
    set({ language: load ? language : "en", words });
  },
}));

/** What a language is called in a language: Korean, 한국어. */
export function languageName(language: string, inLanguage: string): string {
  return new Intl.DisplayNames(inLanguage, { type: "language" }).of(language) ?? language;
}

/** The language that the browser asks for, where there is one. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): string {
  for (const one of wanted) {
    const found = LANGUAGES.find((known) => known === one || known === one.split("-")[0]);
    if (found) return found;
  }
  return "en";
}

/**
 * The words for a key, with `{name}` replaced by values. A key that ends in `_one` and `_other` is chosen by
 * `count`: ask for it without the ending.
 */
export function t(key: Key | PluralKey, values: Values = {}): string {
  const { words, language } = useLanguage.getState();
  return translate(words, language, key, values);
}

type PluralKey = Key extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never;

function translate(words: Words, language: string, key: string, values: Values): string {
  const { count } = values;
  const form = typeof count === "number" ? new Intl.PluralRules(language).select(count) : "";
  const source: Words = english;
  const found =
    words[`${key}_${form}`] ??
    words[`${key}_other`] ??
    words[key] ??
    source[`${key}_${form}`] ??
    source[`${key}_other`] ??
    source[key] ??
    key;
  const filled = found.replaceAll(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    if (value === undefined) return all;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
  return filled === found ? found : withParticles(filled);
}

/** `t` for a component: it is drawn again when the language changes. */
export function useT(): typeof t {
  useLanguage((state) => state.words);
  return t;
}
