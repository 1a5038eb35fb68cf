/**
 * What the server says in English, in the language of the page. The sentences that people meet most are words of
 * the language files, by keys that begin with `said.`: what the server says is found among the English ones and said
 * with the same values in the other language. What is not found stays English.
 */

import english from "./en.json" with { type: "json" };
import { type Key, t, useLanguage } from "./i18n.ts";

interface Pattern {
  readonly key: Key;
  readonly sentence: RegExp;
  readonly names: readonly string[];
}

export interface Said {
  readonly text: string;
  /** The language of the text, where it is not the page's. */
  readonly lang?: "en";
}

let patterns: readonly Pattern[] | null = null;

/** The sentences, those with most words of their own first: they say more exactly what is meant. */
function known(): readonly Pattern[] {
  patterns ??= Object.entries(english)
    .filter(([key]) => key.startsWith("said."))
    .toSorted(([, one], [, other]) => ownLength(other) - ownLength(one))
    .map(([key, words]) => ({
      key: key as Key,
      sentence: new RegExp(`^${escaped(words).replaceAll(/\\\{(\w+)\\\}/g, "(?<$1>.+?)")}$`, "s"),
      names: [...words.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    }));
  return patterns;
}

function ownLength(words: string): number {
  return words.replaceAll(/\{\w+\}/g, "").length;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const LONGEST = 1000; // characters that are looked at: no sentence is longer, and an error of a pack may be

/** A sentence of the server, as far as it is known in the language of the page; the values in it, too. */
export function said(text: string): Said {
  if (useLanguage.getState().language === "en" || text === "") return { text };
  const found = text.length > LONGEST ? null : translated(text);
  return found === null ? { text, lang: "en" } : { text: found };
}

function translated(text: string): string | null {
  for (const { key, sentence, names } of known()) {
    const groups = sentence.exec(text)?.groups;
    if (!groups && !(names.length === 0 && sentence.test(text))) continue;
    const values = names.map((name) => [name, translated(groups?.[name] ?? "") ?? groups?.[name] ?? ""]);
    return t(key, Object.fromEntries(values));
  }
  return null;
}
