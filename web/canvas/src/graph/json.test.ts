import { describe, expect, it } from "vitest";
import {
  fromPlain,
  JsonError,
  Numeral,
  numberOf,
  parseJson,
  removeIn,
  sameJson,
  setIn,
  toPlain,
  writeJson,
} from "./json.ts";
import { NotAWorkflow, parseWorkflow } from "./workflow.ts";

function wrong(text: string): JsonError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe("JSON that is no JSON", () => {
  it("is refused with the line and the column", () => {
    const error = wrong('{\n  "a": 1,\n  "b" 2\n}');
    expect(error.message).toBe("A colon is wanted here (line 3, column 7)");
    expect([error.line, error.column]).toEqual([3, 7]);
  });

  it.each([
    "",
    "{",
    "[1,]",
    '{"a":1,}',
    "01",
    "1.",
    ".5",
    "+1",
    "NaN",
    "'a'",
    '"\t"',
    '"\\x"',
    '"\\u12"',
    "nul",
    "1 2",
  ])("%j is refused", (text) => expect(() => parseJson(text)).toThrow(JsonError));

  it("is an object with one name twice, and what is nested too deep", () => {
    expect(wrong('{"a": 1, "a": 2}').message).toContain('"a" is there twice');
    expect(wrong("[".repeat(5000)).message).toContain("nested deeper");
  });
});

describe("numbers", () => {
  it("keep their spelling, and are numbers all the same", () => {
    for (const text of ["5.0", "1e-05", "-0", "9223372036854775807", "1E2"]) {
      const value = parseJson(text);
      expect(value).toBeInstanceOf(Numeral);
      expect(writeJson(value)).toBe(`${text}\n`);
      expect(numberOf(value)).toBe(Number(text));
    }
    expect(parseJson("-12.5")).toBe(-12.5);
  });

  it("are whole where a double could not hold them", () => {
    expect(toPlain(parseJson("9223372036854775807"))).toBe(9223372036854775807n);
    expect(fromPlain(2n ** 64n)).toEqual(new Numeral("18446744073709551616"));
    expect(fromPlain(Number.NaN)).toBeNull();
  });

  it("are the same by what they are", () => {
    expect(sameJson(parseJson("5.0"), 5)).toBe(true);
    expect(sameJson(parseJson("9007199254740993"), parseJson("9007199254740992"))).toBe(false);
    expect(sameJson(parseJson('{"a": [1], "b": 2}'), parseJson('{"b": 2, "a": [1]}'))).toBe(true);
    expect(sameJson(true, 1)).toBe(false);
  });
});

describe("a value with a part changed", () => {
  const value = parseJson('{"10": {"x": 1}, "2": {"y": []}}');

  it("shares all the rest, in its order", () => {
    const after = setIn(value, ["10", "x"], 2) as Map<string, unknown>;
    expect([...after.keys()]).toEqual(["10", "2"]);
    expect(after.get("2")).toBe((value as Map<string, unknown>).get("2"));
    expect(writeJson(removeIn(after as never, ["2", "y"]))).toBe(
      '{\n  "10": {\n    "x": 2\n  },\n  "2": {}\n}\n',
    );
  });

  it("is itself where nothing is removed", () => {
    expect(removeIn(value, ["10", "z"])).toBe(value);
    expect(removeIn(value, ["no", "z"])).toBe(value);
  });
});

describe("a workflow", () => {
  it("is an object with a format and nodes, and of no later format than is known", () => {
    for (const text of [
      "[]",
      "{}",
      '{"latentgraph": 1}',
      '{"nodes": {}}',
      '{"latentgraph": 1, "nodes": []}',
    ]) {
      expect(() => parseWorkflow(text), text).toThrow(NotAWorkflow);
    }
    expect(() => parseWorkflow('{"latentgraph": 2, "nodes": {}}')).toThrow("It has format 2");
    expect(parseWorkflow('\uFEFF{"latentgraph": 1.0, "nodes": {}}').size).toBe(2);
  });
});
