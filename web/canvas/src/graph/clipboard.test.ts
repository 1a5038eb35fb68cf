import { describe, expect, it } from "vitest";
import { canPaste, copyText, type PasteOptions, pasteText } from "./clipboard.ts";
import { toPlain } from "./json.ts";
import {
  bodyAt,
  definitionsOf,
  type Place,
  parseWorkflow,
  type Workflow,
  writeWorkflow,
} from "./workflow.ts";

const read = (plain: object) => parseWorkflow(JSON.stringify({ latentgraph: 1, nodes: {}, ...plain }));

const SOURCE = read({
  nodes: {
    start: { type: "x/start" },
    call: { type: "flow/call", inputs: { body: "outer", word: { from: "start.out" } } },
    end: {
      type: "x/end",
      version: 3,
      inputs: { all: [{ from: "call.text" }, 5, { from: "start.out" }] },
      unknown: 1,
    },
  },
  definitions: {
    unused: { nodes: {} },
    outer: { nodes: { in: { type: "flow/map", inputs: { body: "inner" } } } },
    inner: { nodes: { x: { type: "x/y" } } },
  },
  layout: {
    positions: { start: [0, 0], call: [100, 0], end: [300, 40] },
    collapsed: ["end"],
    frames: [{ id: "f", title: "All", box: [90, -10, 400, 100], colour: "#123456" }],
    notes: [{ id: "n", text: "Other", box: [0, 900, 10, 10] }],
  },
});

function paste(into: Workflow, place: Place, text: string, options?: PasteOptions) {
  const pasted = pasteText(into, place, text, options);
  if ("refused" in pasted) throw new Error(pasted.refused);
  return pasted;
}

const both = () => copyText(SOURCE, null, new Set(["call", "end"]), new Set(["f"]));

describe("copy and paste", () => {
  it("brings nodes with their definitions, frames and looks into another document", () => {
    const { workflow } = paste(read({}), null, both(), { at: [0, 0] });
    expect(toPlain(workflow)).toMatchObject({
      nodes: {
        call: { type: "flow/call", inputs: { body: "outer" } },
        end: { type: "x/end", version: 3, inputs: { all: [{ from: "call.text" }, 5] }, unknown: 1 },
      },
      layout: { collapsed: ["end"], frames: [{ id: "f", title: "All", colour: "#123456" }] },
    });
    expect(definitionsOf(workflow)).toEqual(["inner", "outer"]);
    const { positions, frames, notes } = bodyAt(workflow, null).layout;
    expect(positions.get("end")?.[0]).toBe((positions.get("call")?.[0] ?? 0) + 200);
    expect([frames[0]?.box.x, notes]).toEqual([-200, []]);
  });

  it("gives fresh ids beside what is there, and uses equal definitions again", () => {
    const { workflow, ids } = paste(SOURCE, null, both());
    expect([...ids]).toEqual([
      ["call", "call_2"],
      ["end", "end_2"],
    ]);
    expect(definitionsOf(workflow)).toEqual(definitionsOf(SOURCE));
    expect(bodyAt(workflow, null).layout.positions.get("call_2")).toEqual([132, 32]);
    expect(bodyAt(workflow, null).layout.frames.map((one) => one.id)).toEqual(["f", "f_2"]);
  });

  it("keeps links from what was not copied only when it is asked to", () => {
    const inputs = (options: PasteOptions) => {
      const { workflow } = paste(SOURCE, null, copyText(SOURCE, null, new Set(["call"])), options);
      return toPlain(bodyAt(workflow, null).nodes.get("call_2")?.inputs ?? null);
    };
    expect(inputs({ withLinks: true })).toEqual({ body: "outer", word: { from: "start.out" } });
    expect(inputs({})).toEqual({ body: "outer" });
  });

  it("renames definitions that mean something else here, in all that was pasted, once", () => {
    const other = read({ definitions: { inner: { nodes: {} } } });
    const once = paste(other, null, both()).workflow;
    expect(definitionsOf(once)).toEqual(["inner", "inner 2", "outer"]);
    expect(bodyAt(once, "outer").nodes.get("in")?.inputs.get("body")).toBe("inner 2");
    expect(definitionsOf(paste(once, null, both()).workflow)).toEqual(definitionsOf(once));
  });

  it("takes a whole workflow as text", () => {
    const { workflow, ids } = paste(read({}), null, writeWorkflow(SOURCE));
    expect(ids.size).toBe(3);
    expect(bodyAt(workflow, null).layout.notes).toHaveLength(1);
  });

  it("refuses to put a definition inside itself", () => {
    const text = copyText(SOURCE, null, new Set(["call"]));
    expect(pasteText(SOURCE, "inner", text)).toEqual({ refused: "circle" });
    expect(pasteText(SOURCE, "outer", text)).toEqual({ refused: "circle" });
    expect(pasteText(SOURCE, "unused", text)).toHaveProperty("ids");
  });

  it("knows what is nothing to paste", () => {
    for (const text of [
      "",
      "hello",
      "{",
      "[]",
      "{}",
      '{"nodes": {"a": {"type": "x/y"}}}',
      '{"latentgraph": 1}',
    ]) {
      expect(canPaste(text), text).toBe(false);
      expect(pasteText(SOURCE, null, text)).toEqual({ refused: "no_nodes" });
    }
  });
});
