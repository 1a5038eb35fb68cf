import { describe, expect, it } from "vitest";
import { documentOf, plainOf } from "../testing/plain.ts";
import { duplicateDefinition, makeOwn, removeDefinition, renameDefinition } from "./definitions.ts";
import {
  demoteInput,
  moveName,
  promoteInput,
  promoteOutput,
  removeName,
  renameName,
  setWords,
} from "./interface.ts";
import { changeId, removeNodes } from "./nodes.ts";
import { canUse, usesOf } from "./uses.ts";

const NESTED = documentOf({
  nodes: {
    one: { type: "flow/call", inputs: { body: "outer", text: "a" } },
    two: {
      type: "flow/map",
      inputs: { each: ["word"], body: "inner", word: [{ from: "one.result" }], mark: "!" },
    },
    fold: { type: "flow/fold", inputs: { body: "inner", carry: ["word"], until: "long", word: "x" } },
    choose: {
      type: "flow/switch",
      inputs: { choice: 1, cases: { "1": "inner", "a.b": "outer" }, word: "y" },
    },
    end: { type: "x/end", inputs: { all: [{ from: "two.long" }, { from: "fold.word" }] } },
  },
  interface: {
    inputs: { top: { node: "two", input: "mark" } },
    outputs: { last: { node: "fold", output: "long" } },
  },
  definitions: {
    inner: {
      nodes: { make: { type: "x/make", inputs: { after: "?" } } },
      interface: {
        inputs: { word: { node: "make", input: "word" }, mark: { node: "make", input: "after" } },
        outputs: { word: { node: "make", output: "text" }, long: { node: "make", output: "long" } },
      },
    },
    outer: {
      nodes: { again: { type: "flow/call", inputs: { body: "inner" } } },
      interface: {
        inputs: { text: { node: "again", input: "word" } },
        outputs: { result: { node: "again", output: "long" } },
      },
    },
  },
});

describe("promoting an input", () => {
  const flat = documentOf({ nodes: { a: { type: "x/a" }, b: { type: "x/a" } } });

  it("names it by itself, and by a number where the name is taken", () => {
    const both = promoteInput(promoteInput(flat, null, "a", "text"), null, "b", "text");
    expect(plainOf(both).interface.inputs).toEqual({
      text: { node: "a", input: "text" },
      text_2: { node: "b", input: "text" },
    });
    expect(promoteInput(both, null, "a", "text")).toBe(both);
  });

  it("leads one name to both when it is promoted under a name that is there", () => {
    const both = promoteInput(
      promoteInput(flat, null, "a", "text", "프롬프트"),
      null,
      "b",
      "text",
      "프롬프트",
    );
    expect(plainOf(both).interface.inputs).toEqual({
      프롬프트: { node: "a", input: "text", also: [{ node: "b", input: "text" }] },
    });
    expect(plainOf(demoteInput(both, null, "a", "text")).interface.inputs).toEqual({
      프롬프트: { node: "b", input: "text" },
    });
  });

  it("never gives a port the name of an input of what will use the definition", () => {
    const made = promoteInput(NESTED, "inner", "make", "body");
    expect(Object.keys(plainOf(made).definitions.inner?.interface.inputs ?? {})).toContain("body_2");
    expect(promoteInput(NESTED, "inner", "make", "x", "each")).toBe(NESTED);
    expect(promoteOutput(NESTED, "inner", "make", "x", "a.b")).toBe(NESTED);
    expect(promoteInput(NESTED, null, "end", "x", "each")).not.toBe(NESTED);
  });

  it("keeps words and order as they are set", () => {
    const names = (workflow: typeof NESTED) =>
      Object.keys(plainOf(workflow).definitions.inner?.interface.inputs ?? {});
    expect(names(moveName(NESTED, "inner", "inputs", "mark", 0))).toEqual(["mark", "word"]);
    expect(moveName(NESTED, "inner", "inputs", "mark", 2)).toBe(NESTED);
    const worded = setWords(NESTED, "inner", "inputs", "mark", { title: "Mark", help: "What follows" });
    expect(plainOf(worded).definitions.inner?.interface.inputs.mark).toMatchObject({
      title: "Mark",
      help: "What follows",
    });
    expect(setWords(worded, "inner", "inputs", "mark", { title: "", help: "" })).toEqual(NESTED);
  });
});

describe("a port that gets another name", () => {
  it("is followed by all that uses it", () => {
    const { nodes, definitions } = plainOf(renameName(NESTED, "inner", "inputs", "word", "낱말"));
    expect(nodes.two?.inputs).toEqual({
      each: ["낱말"],
      body: "inner",
      낱말: [{ from: "one.result" }],
      mark: "!",
    });
    expect(nodes.fold?.inputs).toMatchObject({ carry: ["낱말"], 낱말: "x" });
    expect(nodes.choose?.inputs).toMatchObject({ 낱말: "y" });
    expect(definitions.outer?.interface.inputs.text).toEqual({ node: "again", input: "낱말" });
  });

  it("can be an output", () => {
    const after = plainOf(renameName(NESTED, "inner", "outputs", "long", "is_long"));
    expect(after.nodes.end?.inputs.all).toEqual([{ from: "two.is_long" }, { from: "fold.word" }]);
    expect(after.nodes.fold?.inputs.until).toBe("is_long");
    expect(after.interface.outputs.last).toEqual({ node: "fold", output: "is_long" });
    expect(after.definitions.outer?.interface.outputs.result).toEqual({ node: "again", output: "is_long" });
  });

  it("keeps its name where the other is taken", () => {
    expect(renameName(NESTED, "inner", "inputs", "word", "mark")).toBe(NESTED);
    expect(renameName(NESTED, "inner", "inputs", "word", " ")).toBe(NESTED);
  });
});

describe("a port that goes", () => {
  it("takes with it what led there, through every definition around", () => {
    const after = plainOf(removeName(NESTED, "inner", "inputs", "word"));
    expect(after.nodes.two?.inputs).toEqual({ each: [], body: "inner", mark: "!" });
    expect(after.definitions.outer?.interface.inputs).toEqual({});
    expect(after.nodes.one?.inputs).toEqual({ body: "outer" });
  });

  it("goes with the node that it led to", () => {
    const after = plainOf(removeNodes(NESTED, "inner", new Set(["make"])));
    expect(after.nodes.end?.inputs).toEqual({});
    expect(after.interface).toEqual({ inputs: {}, outputs: {} });
    expect(after.nodes.two?.inputs).toEqual({ each: [], body: "inner" });
  });
});

describe("a definition", () => {
  it("is followed by its uses when it gets another name, in cases too", () => {
    const after = plainOf(renameDefinition(NESTED, "inner", "안쪽"));
    expect(Object.keys(after.definitions)).toEqual(["안쪽", "outer"]);
    expect(after.nodes.two?.inputs.body).toBe("안쪽");
    expect(after.nodes.choose?.inputs.cases).toEqual({ "1": "안쪽", "a.b": "outer" });
    expect(after.definitions.outer?.nodes.again?.inputs.body).toBe("안쪽");
    expect(renameDefinition(NESTED, "inner", "outer")).toBe(NESTED);
  });

  it("can not come to use itself", () => {
    expect(canUse(NESTED, "inner", "outer")).toBe(false);
    expect(canUse(NESTED, "inner", "inner")).toBe(false);
    expect(canUse(NESTED, "outer", "inner")).toBe(true);
    expect(canUse(NESTED, null, "outer")).toBe(true);
  });

  it("is deleted only where nothing uses it", () => {
    expect(usesOf(NESTED, "inner")).toHaveLength(4);
    expect(removeDefinition(NESTED, "inner")).toBe(NESTED);
    const copy = duplicateDefinition(NESTED, "inner");
    expect(copy.name).toBe("inner 2");
    expect(Object.keys(plainOf(removeDefinition(copy.workflow, copy.name)).definitions)).toEqual([
      "inner",
      "outer",
    ]);
  });

  it("is copied for one use, that the others do not change with it", () => {
    const { workflow, name } = makeOwn(NESTED, { place: null, node: "two", definition: "inner" });
    expect(plainOf(workflow).nodes.two?.inputs.body).toBe(name);
    expect(usesOf(workflow, "inner")).toHaveLength(3);
  });
});

describe("a node that gets another id", () => {
  it("is followed by links, interface and layout", () => {
    const flat = documentOf({
      nodes: { a: { type: "x/a" }, b: { type: "x/b", inputs: { in: { from: "a.out" } } } },
      interface: {
        inputs: { p: { node: "b", input: "x", also: [{ node: "a", input: "x", kept: 1 }] } },
        outputs: { o: { node: "a", output: "out" } },
      },
      layout: { positions: { a: [1, 2] }, collapsed: ["b", "a"], colours: { a: "#123456" } },
    });
    const after = plainOf(changeId(flat, null, "a", "first"));
    expect(Object.keys(after.nodes)).toEqual(["first", "b"]);
    expect(after.nodes.b?.inputs.in).toEqual({ from: "first.out" });
    expect(after.interface).toEqual({
      inputs: { p: { node: "b", input: "x", also: [{ node: "first", input: "x", kept: 1 }] } },
      outputs: { o: { node: "first", output: "out" } },
    });
    expect(after.layout).toEqual({
      positions: { first: [1, 2] },
      collapsed: ["b", "first"],
      colours: { first: "#123456" },
    });
    for (const wrong of ["b", "", "has space", "-x", "a.b"])
      expect(changeId(flat, null, "a", wrong)).toBe(flat);
  });
});
