/** Sums in a number field: `512*2+64`, `(1+2)/3`, `2^10`, `25%`. A recursive descent over the usual precedence. */

/** The value of an expression, or null if it is none. */
export function evaluate(text: string): number | null {
  const parser = new Parser(text);
  const value = parser.sum();
  return parser.isDone() && value !== null && Number.isFinite(value) ? value : null;
}

const NUMBER = /\s*((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/iy;
const MOST_NESTED = 50;

class Parser {
  private at = 0;
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  isDone(): boolean {
    return this.text.slice(this.at).trim() === "";
  }

  sum(): number | null {
    let value = this.product();
    for (let sign = this.take("+-"); value !== null && sign; sign = this.take("+-")) {
      const next = this.product();
      value = next === null ? null : sign === "+" ? value + next : value - next;
    }
    return value;
  }

  private product(): number | null {
    let value = this.signed();
    for (let sign = this.take("*/×÷"); value !== null && sign; sign = this.take("*/×÷")) {
      const next = this.signed();
      value = next === null ? null : sign === "*" || sign === "×" ? value * next : value / next;
    }
    return value;
  }

  private signed(): number | null {
    const sign = this.take("+-");
    if (sign) {
      const value = this.nested(() => this.signed());
      return value === null ? null : sign === "-" ? -value : value;
    }
    return this.power();
  }

  private power(): number | null {
    const base = this.atom();
    if (base === null || !this.take("^")) return base;
    const exponent = this.nested(() => this.signed());
    return exponent === null ? null : base ** exponent;
  }

  private atom(): number | null {
    if (this.take("(")) {
      const value = this.nested(() => this.sum());
      return this.take(")") ? value : null;
    }
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) return null;
    this.at = NUMBER.lastIndex;
    const value = Number(found[1]);
    return this.take("%") ? value / 100 : value;
  }

  private nested(inner: () => number | null): number | null {
    if (++this.depth > MOST_NESTED) return null;
    const value = inner();
    this.depth--;
    return value;
  }

  private take(letters: string): string {
    const rest = this.text.slice(this.at);
    const letter = rest.trimStart().charAt(0);
    if (letter === "" || !letters.includes(letter)) return "";
    this.at += rest.length - rest.trimStart().length + 1;
    return letter;
  }
}
