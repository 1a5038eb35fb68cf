/**
 * JSON that comes out as it went in. The order of keys, whole numbers beyond 2^53 and the spelling of numbers
 * (`5.0`) survive, which `JSON.parse` gives none of: a document that is opened and saved keeps its bytes.
 */

/** A number whose spelling JavaScript would change: `5.0`, `1e-05`, a seed of 64 bits. */
export class Numeral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | number | string | Numeral | JsonArray | JsonObject;
export type JsonArray = readonly Json[];
export type JsonObject = ReadonlyMap<string, Json>;

/** A plain JavaScript value, as controls and schemas use them. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | bigint
  | readonly Plain[]
  | { readonly [name: string]: Plain };

export const EMPTY_OBJECT: JsonObject = new Map();

const MAX_DEPTH = 100;

/** Why a text is no JSON, and where. */
export class JsonError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(what: string, text: string, at: number) {
    const before = text.slice(0, at).split("\n");
    super(`${what} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`);
    this.name = "JsonError";
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** Read JSON text. Raises `JsonError`, also for a name that stands twice in one object. */
export function parseJson(text: string): Json {
  return new Reader(text).document();
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them unescaped in texts
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.wrong("There is more after the end of the JSON value");
    return value;
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH) throw this.wrong(`It is nested deeper than ${MAX_DEPTH} levels`);
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonObject {
    const found = new Map<string, Json>();
    this.at++;
    this.space();
    if (this.take("}")) return found;
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.wrong("A name in double quotes is wanted here");
      const start = this.at;
      const name = this.string();
      if (found.has(name)) {
        this.at = start;
        throw this.wrong(`The name ${JSON.stringify(name)} is there twice in one object`);
      }
      this.space();
      if (!this.take(":")) throw this.wrong("A colon is wanted here");
      found.set(name, this.value(depth + 1));
      this.space();
      if (this.take("}")) return found;
      if (!this.take(",")) throw this.wrong("A comma or } is wanted here");
    }
  }

  private array(depth: number): JsonArray {
    const found: Json[] = [];
    this.at++;
    this.space();
    if (this.take("]")) return found;
    for (;;) {
      found.push(this.value(depth + 1));
      this.space();
      if (this.take("]")) return found;
      if (!this.take(",")) throw this.wrong("A comma or ] is wanted here");
    }
  }

  private string(): string {
    let found = "";
    this.at++;
    for (;;) {
      PLAIN_TEXT.lastIndex = this.at;
      PLAIN_TEXT.test(this.text);
      found += this.text.slice(this.at, PLAIN_TEXT.lastIndex);
      this.at = PLAIN_TEXT.lastIndex;
      const next = this.text[this.at];
      if (next === '"') {
        this.at++;
        return found;
      }
      if (next !== "\\") throw this.wrong("A text is not ended, or holds a character that must be escaped");
      found += this.escape();
    }
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    if (letter === "u") {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.wrong("\\u wants four hexadecimal digits");
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const found = ESCAPES[letter];
    if (found === undefined) throw this.wrong(`\\${letter} is no escape of JSON`);
    this.at += 2;
    return found;
  }

  private number(): number | Numeral {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) throw this.wrong("A JSON value is wanted here");
    this.at += found.length;
    const number = Number(found);
    return String(number) === found ? number : new Numeral(found);
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.wrong("A JSON value is wanted here");
    this.at += word.length;
    return value;
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  private take(letter: string): boolean {
    if (this.text[this.at] !== letter) return false;
    this.at++;
    return true;
  }

  private wrong(what: string): JsonError {
    return new JsonError(what, this.text, this.at);
  }
}

/** The texts of objects that were written two levels deep; none of them may change after. */
export type KeptTexts = WeakMap<JsonObject, string>;

/**
 * JSON text as the server writes documents: two spaces deep, no character escaped that need not be. With `kept`,
 * objects at the second level are written once: where little changed since, little is done.
 */
export function writeJson(value: Json, kept?: KeptTexts): string {
  const parts: string[] = [];
  write(value, "\n", parts, kept);
  parts.push("\n");
  return parts.join("");
}

const SECOND = "\n    ";

function keptText(value: JsonObject, kept: KeptTexts): string {
  let text = kept.get(value);
  if (text === undefined) {
    const parts: string[] = [];
    write(value, SECOND, parts);
    text = parts.join("");
    kept.set(value, text);
  }
  return text;
}

function write(value: Json, line: string, parts: string[], kept?: KeptTexts): void {
  if (isObject(value)) {
    if (kept && line === SECOND) {
      parts.push(keptText(value, kept));
      return;
    }
    let before = `{${line}  `;
    for (const [name, one] of value) {
      parts.push(before, JSON.stringify(name), ": ");
      write(one, `${line}  `, parts, kept);
      before = `,${line}  `;
    }
    parts.push(value.size === 0 ? "{}" : `${line}}`);
  } else if (isArray(value)) {
    let before = `[${line}  `;
    for (const one of value) {
      parts.push(before);
      write(one, `${line}  `, parts, kept);
      before = `,${line}  `;
    }
    parts.push(value.length === 0 ? "[]" : `${line}]`);
  } else {
    parts.push(value instanceof Numeral ? value.text : JSON.stringify(value));
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: Json | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** A value as plain JavaScript. Whole numbers that a double can not hold come as `bigint`. */
export function toPlain(value: Json): Plain {
  if (isObject(value)) return Object.fromEntries([...value].map(([name, one]) => [name, toPlain(one)]));
  if (isArray(value)) return value.map(toPlain);
  if (value instanceof Numeral) {
    const number = Number(value.text);
    const whole = /^-?\d+$/.test(value.text);
    return whole && !Number.isSafeInteger(number) ? BigInt(value.text) : number;
  }
  return value;
}

/** A plain value as JSON; what is no number to JSON (NaN, infinity) becomes null. */
export function fromPlain(value: Plain): Json {
  if (typeof value === "bigint") return new Numeral(String(value));
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return (value as readonly Plain[]).map(fromPlain);
  if (value !== null && typeof value === "object") {
    return new Map(Object.entries(value).map(([name, one]) => [name, fromPlain(one)]));
  }
  return value as Json;
}

/** Whether two values are the same JSON, whatever the order of keys. `5.0` and `5` are the same number. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (isObject(one)) {
    if (!isObject(other) || one.size !== other.size) return false;
    return [...one].every(([name, value]) => other.has(name) && sameJson(value, other.get(name)));
  }
  if (isArray(one)) {
    return (
      isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => sameJson(item, other[index]))
    );
  }
  const [left, right] = [spelling(one), spelling(other)];
  return left !== null && right !== null && sameNumber(left, right);
}

function spelling(value: Json): string | null {
  if (value instanceof Numeral) return value.text;
  return typeof value === "number" ? String(value) : null;
}

function sameNumber(one: string, other: string): boolean {
  const whole = /^-?\d+$/;
  return whole.test(one) && whole.test(other) ? BigInt(one) === BigInt(other) : Number(one) === Number(other);
}

/** A copy in which the value at a path is another; objects on the way that are missing are made. */
export function setIn(value: Json | undefined, path: readonly string[], to: Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return to;
  const copy = new Map(isObject(value) ? value : EMPTY_OBJECT);
  copy.set(name, setIn(copy.get(name), rest, to));
  return copy;
}

/** A copy without what is at a path; the same value if nothing is there. */
export function removeIn(value: Json, path: readonly string[]): Json {
  const [name, ...rest] = path;
  if (name === undefined || !isObject(value) || !value.has(name)) return value;
  const copy = new Map(value);
  if (rest.length === 0) {
    copy.delete(name);
    return copy;
  }
  const before = value.get(name) as Json;
  const after = removeIn(before, rest);
  if (after === before) return value;
  copy.set(name, after);
  return copy;
}

/** What is at a path, or undefined. */
export function getIn(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const name of path) found = isObject(found) ? found.get(name) : undefined;
  return found;
}

/** The text at a path, or another if there is none. */
export function textIn(value: Json | undefined, path: readonly string[], otherwise = ""): string {
  const found = getIn(value, path);
  return typeof found === "string" ? found : otherwise;
}

/** A number however it is spelled, or undefined. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  return value instanceof Numeral ? Number(value.text) : undefined;
}
