/** Finding a node type by what a person types: in its titles, names, sockets and help, in two languages at once. */

import type { Catalogue, NodeSpec } from "./catalogue.ts";
import { type InputFace, specFace } from "./face.ts";
import { colourName, fitsInput, type Shape } from "./shape.ts";

/** A link that is held by one end, and wants a socket at the other. */
export interface SearchEnd {
  readonly side: "input" | "output";
  readonly shape: Shape;
  /** Whether the held input takes many links. */
  readonly many?: boolean;
}

/** A node type that was found, with the socket that the held link would lead to. */
export interface Found {
  readonly type: string;
  readonly score: number;
  readonly socket: string | null;
}

/** One node type, with its texts as they are compared. */
interface Entry {
  readonly type: string;
  readonly titles: readonly Field[];
  readonly names: readonly Field[];
  readonly categories: readonly Field[];
  readonly sockets: readonly Field[];
  readonly help: readonly Field[];
}

/** A text in small letters, with a space before each of its words, and which letters are in it. */
interface Field {
  readonly text: string;
  readonly spaced: string;
  readonly letters: number;
}

const indexes = new WeakMap<Catalogue, readonly Entry[]>();

/**
 * The node types that have every word of a text, best first. Without a text all of them, by title. With a held
 * end only those that have a socket for it, and those made for it before those that take anything.
 */
export function searchNodes(
  catalogue: Catalogue,
  text: string,
  end: SearchEnd | null = null,
  most = 200,
): Found[] {
  const words = normal(text).split(" ").filter(Boolean);
  const found: Found[] = [];
  for (const entry of indexOf(catalogue)) {
    const score = words.length === 0 ? 0 : scoreOf(entry, words);
    if (score < 0) continue;
    const socket = end && socketFor(catalogue, entry.type, end);
    if (end && !socket) continue;
    found.push({ type: entry.type, score: score + (socket?.exact ? 3 : 0), socket: socket?.name ?? null });
  }
  return found.sort((one, other) => other.score - one.score).slice(0, most); // stable: equals stay by title
}

/** How well any text has what is typed, or -1: what the search over node types uses, for other lists. */
export function matchScore(text: string, typed: string): number {
  const words = normal(typed).split(" ").filter(Boolean);
  const field = fieldOf(text);
  const scores = words.map((word) => scoreIn([field], word, TITLE));
  return scores.includes(-1) ? -1 : scores.reduce((sum, one) => sum + one, 0) / Math.max(1, words.length);
}

function indexOf(catalogue: Catalogue): readonly Entry[] {
  const known = indexes.get(catalogue);
  if (known) return known;
  const made = Object.values(catalogue.nodes).map((spec) => entryOf(catalogue, spec));
  const titleOf = (entry: Entry) => entry.titles[0]?.text ?? entry.type;
  made.sort((one, other) => (titleOf(one) < titleOf(other) ? -1 : titleOf(one) > titleOf(other) ? 1 : 0));
  indexes.set(catalogue, made);
  return made;
}

function entryOf(catalogue: Catalogue, spec: NodeSpec): Entry {
  const { texts } = catalogue;
  const words = texts.nodes?.[spec.type];
  const shapes = [...Object.values(spec.inputs), ...Object.values(spec.outputs)];
  const sockets = new Set<string>();
  for (const { shape, type } of shapes) {
    sockets.add(type);
    const name = shape ? colourName(shape) : "";
    sockets.add(catalogue.values[name]?.title ?? "");
    sockets.add(texts.values?.[name] ?? "");
  }
  return {
    type: spec.type,
    titles: fieldsOf(words?.title, spec.title),
    names: fieldsOf(spec.type.slice(spec.type.indexOf("/") + 1), spec.type),
    categories: fieldsOf(texts.categories?.[spec.category], spec.category),
    sockets: fieldsOf(...sockets),
    help: fieldsOf(words?.help, spec.help),
  };
}

function fieldsOf(...texts: readonly (string | undefined)[]): Field[] {
  return texts.flatMap((text) => (text ? [fieldOf(text)] : []));
}

function fieldOf(raw: string): Field {
  const text = normal(raw);
  return { text, spaced: ` ${text}`, letters: lettersOf(text) };
}

function normal(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s_\-/.,:;()[\]]+/g, " ")
    .trim();
}

/** Which letters a text has, a bit each: what lacks one can not hold the others in order. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) letters |= 1 << (text.charCodeAt(at) & 31);
  return letters;
}

/** What a match counts, by where in a text it is. -1: such a match does not count there. */
interface Weights {
  readonly whole: number;
  readonly start: number;
  readonly word: number;
  readonly inside: number;
  readonly scattered: number;
}

const TITLE: Weights = { whole: 100, start: 90, word: 80, inside: 60, scattered: 45 };
const NAME: Weights = { whole: 95, start: 75, word: 70, inside: 55, scattered: 35 };
const CATEGORY: Weights = { whole: 52, start: 50, word: 48, inside: 34, scattered: -1 };
const SOCKET: Weights = { whole: 46, start: 44, word: 42, inside: 30, scattered: -1 };
const HELP: Weights = { whole: 20, start: 18, word: 16, inside: 12, scattered: -1 };

function scoreOf(entry: Entry, words: readonly string[]): number {
  const phrase = words.join(" ");
  const whole = Math.max(
    scoreIn(entry.titles, phrase, TITLE),
    words.length > 1 ? scoreIn(entry.names, phrase, NAME) : -1,
  );
  let sum = 0;
  for (const word of words) {
    const best = Math.max(
      scoreIn(entry.titles, word, TITLE),
      scoreIn(entry.names, word, NAME),
      scoreIn(entry.categories, word, CATEGORY),
      scoreIn(entry.sockets, word, SOCKET),
      scoreIn(entry.help, word, HELP),
    );
    if (best < 0) return whole;
    sum += best;
  }
  return Math.max(whole, sum / words.length);
}

function scoreIn(fields: readonly Field[], word: string, weights: Weights): number {
  let best = -1;
  const letters = lettersOf(word);
  for (const field of fields) {
    if ((field.letters & letters) !== letters && !JAMO.test(word)) continue;
    best = Math.max(best, scoreOfField(field, word, weights));
  }
  return best;
}

function scoreOfField(field: Field, word: string, weights: Weights): number {
  const at = field.text.indexOf(word);
  if (at === 0) return field.text.length === word.length ? weights.whole : weights.start;
  if (at > 0) return field.spaced.includes(` ${word}`) ? weights.word : weights.inside;
  if (weights.scattered < 0) return -1;
  if (JAMO.test(word)) return initials(field.text).includes(word) ? weights.inside : -1;
  const gaps = gapsOf(field.text, word);
  return gaps < 0 ? -1 : Math.max(weights.scattered - 15, weights.scattered - gaps);
}

/** How many pieces more than one the letters of a word are in; a piece that begins a word is none. -1: not all. */
function gapsOf(text: string, word: string): number {
  let gaps = 0;
  let before = -1;
  for (let index = 0; index < word.length; index++) {
    const at = text.indexOf(word.charAt(index), before + 1);
    if (at < 0) return -1;
    if (at !== before + 1 && text.charAt(at - 1) !== " ") gaps++;
    before = at;
  }
  return gaps;
}

// What a keyboard gives for ㄱ and its like becomes these letters by NFKC.
const JAMO = /^[\u1100-\u1112]+$/;

/** The first consonants of Hangul syllables: people type them alone as an abbreviation. */
function initials(text: string): string {
  let found = "";
  for (const letter of text) {
    const code = letter.charCodeAt(0) - 0xac00;
    if (code >= 0 && code < 11172) found += String.fromCharCode(0x1100 + Math.floor(code / 588));
  }
  return found;
}

interface Socket {
  readonly name: string;
  /** Whether the types are of one name, and not only such that one takes anything. */
  readonly exact: boolean;
}

const sockets = new WeakMap<Shape, WeakMap<Catalogue, Map<string, Socket | null>>>();

/** The socket of a node type that a held end can be led to; those that only a link can fill come first. */
export function socketFor(catalogue: Catalogue, type: string, end: SearchEnd): Socket | null {
  let known = sockets.get(end.shape)?.get(catalogue);
  if (!known) {
    known = new Map();
    const of = sockets.get(end.shape) ?? new WeakMap<Catalogue, Map<string, Socket | null>>();
    sockets.set(end.shape, of.set(catalogue, known));
  }
  const key = `${end.side} ${end.many ?? false} ${type}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = findSocket(catalogue, type, end);
  known.set(key, made);
  return made;
}

function findSocket(catalogue: Catalogue, type: string, end: SearchEnd): Socket | null {
  const face = specFace(type, catalogue);
  const fitting: { readonly name: string; readonly shape: Shape }[] =
    end.side === "output"
      ? inTurn(face.inputs).filter((one) => !one.fixed && fitsInput(end.shape, one.shape, one.many))
      : face.outputs.filter((one) => fitsInput(one.shape, end.shape, end.many ?? true));
  const colour = colourName(end.shape);
  const exact = fitting.find((one) => colourName(one.shape) === colour);
  const socket = exact ?? fitting[0];
  return socket ? { name: socket.name, exact: exact !== undefined } : null;
}

function inTurn(inputs: readonly InputFace[]): InputFace[] {
  return [
    ...inputs.filter((one) => one.control === "none"),
    ...inputs.filter((one) => one.control !== "none"),
  ];
}
