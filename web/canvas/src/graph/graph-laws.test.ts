/** Laws of single commands, on documents that random edits have made. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyText, pasteText } from "./clipboard.ts";
import { group } from "./commands/group.ts";
import { moveNodes } from "./commands/layout.ts";
import { ungroup } from "./commands/ungroup.ts";
import {
  getIn,
  type Json,
  type JsonObject,
  Numeral,
  parseJson,
  removeIn,
  setIn,
  toPlain,
  writeJson,
} from "./json.ts";
import { applyEdit, RICH, randomEdits } from "./testing/random-edits.ts";
import { bodyAt, emptyWorkflow, parseWorkflow, type Workflow, writeWorkflow } from "./workflow.ts";

const RUNS = Number(import.meta.env.LATENTGRAPH_LAW_RUNS ?? 25);

/** A document after some hundred edits. */
const documents = fc.noBias(fc.nat()).map((seed): Workflow => {
  let now = parseWorkflow(RICH);
  let left = 150;
  for (const edit of randomEdits(seed)) {
    if (left-- === 0) break;
    now = applyEdit(now, edit).workflow;
  }
  return now;
});

/** A document, and some nodes of it. */
const selections = fc
  .tuple(documents, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }))
  .map(([workflow, picks]) => {
    const ids = [...bodyAt(workflow, null).nodes.keys()];
    return [workflow, new Set(picks.flatMap((pick) => ids[pick % ids.length] ?? []))] as const;
  });

/** What a document means: without layout, and with what has no order in one. */
function meaning(workflow: Workflow): unknown {
  const { nodes, interface: face } = bodyAt(workflow, null);
  const ports = [...face.inputs].map(([name, port]) => {
    const places = [port, ...port.also].map((one) => `${one.node}.${one.input}`);
    return [name, port.title, ...new Set(places.toSorted())];
  });
  return {
    nodes: toPlain(new Map([...nodes.keys()].map((id) => [id, getIn(workflow, ["nodes", id]) ?? null]))),
    inputs: ports,
    outputs: [...face.outputs],
  };
}

describe("a group that is put apart", () => {
  it("is the graph that it was", () => {
    const law = fc.property(selections, ([workflow, ids]) => {
      const made = group(workflow, null, ids, "Law");
      fc.pre(!("refused" in made));
      if ("refused" in made) return;
      const back = ungroup(made.workflow, null, made.call);
      expect(meaning(back.workflow)).toEqual(meaning(workflow));
      expect(toPlain(getIn(back.workflow, ["definitions"]) ?? null)).toEqual(
        toPlain(getIn(workflow, ["definitions"]) ?? null),
      );
      const { positions } = bodyAt(workflow, null).layout;
      expect(bodyAt(back.workflow, null).layout.positions).toEqual(positions);
    });
    fc.assert(law, { numRuns: RUNS });
  });
});

describe("what is copied and pasted elsewhere", () => {
  it("is the same part of the graph", () => {
    const law = fc.property(selections, ([workflow, ids]) => {
      fc.pre(ids.size > 0);
      const pasted = pasteText(emptyWorkflow("Else"), null, copyText(workflow, null, ids));
      if ("refused" in pasted) throw new Error(pasted.refused);
      const [from, to] = [bodyAt(workflow, null), bodyAt(pasted.workflow, null)];
      expect([...to.nodes.keys()]).toEqual([...from.nodes.keys()].filter((id) => ids.has(id)));
      for (const id of ids)
        expect(inside(to.nodes.get(id)?.inputs, ids)).toEqual(inside(from.nodes.get(id)?.inputs, ids));
      const again = pasteText(pasted.workflow, null, copyText(pasted.workflow, null, ids));
      if ("refused" in again) throw new Error(again.refused);
      expect(new Set(again.ids.values()).size).toBe(ids.size);
      expect(getIn(again.workflow, ["definitions"])).toBe(getIn(pasted.workflow, ["definitions"]));
    });
    fc.assert(law, { numRuns: RUNS });
  });
});

/** Inputs without the links that come from other nodes than these. */
function inside(inputs: JsonObject | undefined, ids: ReadonlySet<string>): unknown {
  const led = (value: unknown) => {
    const from = (value as { from?: unknown } | null)?.from;
    return typeof from === "string" && !ids.has(from.slice(0, from.lastIndexOf(".")));
  };
  const plain = Object.entries(toPlain(inputs ?? null) as object);
  return plain.flatMap(([name, value]) => {
    if (led(value)) return [];
    if (!Array.isArray(value) || !value.some(led)) return [[name, value]];
    const left = value.filter((one) => !led(one));
    return left.length > 0 ? [[name, left]] : [];
  });
}

describe("documents of others", () => {
  const corpus = import.meta.glob<string>("../../../../tests/resources/old_documents/**/*.json", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const texts = Object.entries(corpus).filter(([path]) => !path.endsWith("index.json"));

  it("are there", () => expect(texts.length).toBeGreaterThan(30));

  it.each(texts)("%s keeps its bytes where they are ours, and all its values", (_, text) => {
    const workflow = parseWorkflow(text);
    const written = writeWorkflow(workflow);
    const ours = `${JSON.stringify(JSON.parse(text.replace(/^\uFEFF/, "")), null, 2)}\n`;
    if (text === ours) expect(written).toBe(text);
    expect(writeWorkflow(parseWorkflow(written))).toBe(written);
    expect(JSON.parse(written)).toEqual(JSON.parse(text.replace(/^\uFEFF/, "")));
  });

  it.each(texts)("%s has all else as it was when a node is moved", (_, text) => {
    const workflow = parseWorkflow(text);
    const id = [...bodyAt(workflow, null).nodes.keys()].at(-1);
    if (id === undefined) return;
    const moved = moveNodes(workflow, null, new Map([[id, [12_345, 678]]]));
    expect(bodyAt(moved, null).layout.positions.get(id)).toEqual([12_345, 678]);
    expect(writeWorkflow(withPositionOf(moved, workflow, id))).toBe(writeWorkflow(workflow));
  });
});

/** A document with a node where it stands in another; parts of the layout that the other has not are taken out. */
function withPositionOf(workflow: Workflow, before: Workflow, id: string): Workflow {
  const path = ["layout", "positions", id];
  for (let length = 1; length <= path.length; length++) {
    const part = path.slice(0, length);
    if (getIn(before, part) === undefined) return removeIn(workflow, part) as Workflow;
  }
  return setIn(workflow, path, getIn(before, path) ?? null) as Workflow;
}

describe("JSON", () => {
  const numbers = fc.oneof(
    fc.double({ noDefaultInfinity: true, noNaN: true }).map((one) => (Object.is(one, -0) ? 0 : one)),
    fc
      .constantFrom("5.0", "1e-05", "1E+2", "-0", "9223372036854775807", "-0.10", "1e400")
      .map((text) => new Numeral(text)),
  );
  const names = fc.oneof(
    fc.nat(20).map(String),
    fc.string({ unit: "binary" }),
    fc.constant("__proto__"),
    fc.constant("이름"),
  );
  const { values } = fc.letrec<{ values: Json; lists: Json; objects: Json }>((tie) => ({
    values: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false),
      numbers,
      fc.string({ unit: "binary" }),
      tie("lists"),
      tie("objects"),
    ),
    lists: fc.array(tie("values"), { maxLength: 4 }),
    objects: fc.array(fc.tuple(names, tie("values")), { maxLength: 5 }).map((entries) => new Map(entries)),
  }));

  it("is read as it was written", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parseJson(writeJson(value))).toEqual(value);
      }),
      { numRuns: RUNS * 8 },
    );
  });

  it("is written as it was read, if it was written here", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = writeJson(value);
        expect(writeJson(parseJson(text))).toBe(text);
        expect([...keysIn(parseJson(text))]).toEqual([...keysIn(value)]);
      }),
      { numRuns: RUNS * 8 },
    );
  });
});

/** The names in a value in their order. */
function* keysIn(value: Json): Generator<string> {
  if (value instanceof Map) {
    for (const [name, one] of value) {
      yield name;
      yield* keysIn(one);
    }
  } else if (Array.isArray(value)) for (const one of value as readonly Json[]) yield* keysIn(one);
}
