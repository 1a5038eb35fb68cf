import { describe, expect, it } from "vitest";
import { parseWorkflow } from "../graph/workflow.ts";
import type { JobEvent } from "../server/events.ts";
import { levelsOf } from "./looking.ts";
import { type Run, taken } from "./run.ts";

const WORKFLOW = parseWorkflow(`{
  "latentgraph": 1,
  "nodes": {
    "each": {"type": "flow/map", "version": 1, "inputs": {"body": "shout", "each": ["word"]}},
    "once": {"type": "flow/call", "version": 1, "inputs": {"body": "shout"}}
  },
  "definitions": {
    "shout": {"nodes": {"deep": {"type": "flow/call", "version": 1, "inputs": {"body": "loud"}}}},
    "loud": {"nodes": {"x": {"type": "toy/same", "version": 1, "inputs": {}}}}
  }
}`);

function told(...nodes: readonly string[]): Run {
  const events: JobEvent[] = nodes.map((node, index) => ({
    kind: "node_started",
    job: "job",
    number: index + 1,
    data: { node },
  }));
  const run = taken(new Map(), events).get("job");
  if (!run) throw new Error("nothing was told");
  return run;
}

const nothing = { around: "", chosen: new Map<string, string>() };

describe("where in a run the canvas is", () => {
  it("is nowhere but the document until a definition is entered", () => {
    expect(levelsOf(WORKFLOW, [], told("each[0]/deep/x"), nothing)).toEqual([]);
  });

  it("is the body that began last, of all uses of the definition", () => {
    const [level] = levelsOf(WORKFLOW, ["shout"], told("each[0]/deep/x", "each[1]/deep/x"), nothing);
    expect(level).toMatchObject({ paths: ["each[0]", "each[1]", "once"], chosen: "each[1]" });
  });

  it("is the one that was chosen, and further in what that has inside", () => {
    const run = told("each[0]/deep/x", "each[1]/deep/x", "once/deep/x");
    const chosen = new Map([["shout", "each[0]"]]);
    const levels = levelsOf(WORKFLOW, ["shout", "loud"], run, { around: "", chosen });
    expect(levels.map((one) => one.chosen)).toEqual(["each[0]", "each[0]/deep"]);
  });

  it("begins at a row of a sweep where the run is one", () => {
    const run = told("sweep[0]/once/deep/x", "sweep[1]/once/deep/x");
    const levels = levelsOf(WORKFLOW, ["shout"], run, { ...nothing, around: "sweep" });
    expect(levels.map((one) => one.chosen)).toEqual(["sweep[1]", "sweep[1]/once"]);
  });
});
