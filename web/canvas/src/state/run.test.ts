import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobEvent } from "../server/events.ts";
import { extended } from "./curves.ts";
import { around, progressOf, type Run, type Runs, taken } from "./run.ts";

const JOB = "job-1";

/** Facts with numbers, in order; progress has none. */
function told(...rows: readonly (readonly [string, Record<string, unknown>])[]): JobEvent[] {
  let number = 0;
  return rows.map(([kind, data]) => ({
    kind,
    job: JOB,
    data,
    ...(kind === "node_progress" ? {} : { number: ++number, serial: number }),
  }));
}

function runOf(events: readonly JobEvent[], before: Runs = new Map()): Run {
  const run = taken(before, events).get(JOB);
  if (!run) throw new Error("nothing was told of the job");
  return run;
}

const LOOP = told(
  ["job_status", { status: "running" }],
  ["run_started", { nodes: 3 }],
  ["node_opened", { node: "each", items: 3 }],
  ["node_started", { node: "text", reason: "it has not run before" }],
  ["node_finished", { node: "text", seconds: 0.5, memory: 40, values: { text: "a" } }],
  ["node_hit", { node: "each[0]/loud" }],
  ["node_started", { node: "each[1]/loud", reason: "word differs" }],
  ["node_progress", { node: "each[1]/loud", done: 1, total: 4, note: "loss 0.5" }],
  ["artifact_saved", { node: "each[1]/loud", digest: "aa", name: "a.png", media_type: "image/png", size: 3 }],
  ["node_finished", { node: "each[1]/loud", seconds: 1 }],
  ["node_started", { node: "each[2]/loud", reason: "word differs" }],
  ["node_failed", { node: "each[2]/loud", error: "it broke" }],
  ["node_skipped", { node: "each", because: "each[2]/loud" }],
  ["node_skipped", { node: "join", because: "each" }],
  ["run_finished", { status: "failed", seconds: 2 }],
  ["job_status", { status: "failed", seconds: 2, error: "it broke" }],
);

describe("a run, as its events tell it", () => {
  it("says what each node gave, one that was cached too, and what the workflow gives", () => {
    const run = runOf(
      told(
        ["job_status", { status: "running" }],
        ["run_started", { nodes: 2 }],
        ["node_hit", { node: "sum", memory: 1, values: { integer: 5 } }],
        ["node_finished", { node: "each", seconds: 1, memory: 64, values: { loss: [2, "NaN"] } }],
        ["job_status", { status: "done", seconds: 1, outputs: { sum: 5 } }],
      ),
    );
    expect(run.nodes.get("sum")).toMatchObject({ status: "hit", memory: 1, values: { integer: 5 } });
    expect(run.nodes.get("each")).toMatchObject({ memory: 64, values: { loss: [2, "NaN"] } });
    expect(run.outputs).toEqual({ sum: 5 });
    const again = told(["job_status", { status: "queued", retried: true }]);
    const retried = again.map((one) => ({ ...one, number: 6, serial: 6 }));
    expect(runOf(retried, new Map([[JOB, run]])).outputs).toEqual({});
  });

  it("is the same however its events are split, and whatever of them is told twice", () => {
    const whole = runOf(LOOP);
    fc.assert(
      fc.property(fc.array(fc.nat(LOOP.length), { maxLength: 6 }), fc.nat(LOOP.length), (cuts, again) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), LOOP.length];
        let runs: Runs = new Map();
        for (let at = 1; at < places.length; at++) runs = taken(runs, LOOP.slice(places[at - 1], places[at]));
        runs = taken(
          runs,
          LOOP.slice(0, again).filter((event) => event.number !== undefined),
        );
        expect(runs.get(JOB)).toEqual(whole);
      }),
    );
  });

  it("counts what is inside a node at the node around it", () => {
    const run = runOf(LOOP.slice(0, 11));
    expect(run.inside.get("each")).toEqual({ items: 3, begun: 3, running: 1, hits: 1, done: 1, failed: 0 });
    expect(run.nodes.get("each")?.status).toBe("running");
    expect(run.nodes.get("each")?.artifacts.map((one) => one.digest)).toEqual(["aa"]);
  });

  it("lifts an error to the nodes around it, which say where it was", () => {
    const run = runOf(LOOP);
    expect(run.nodes.get("each")?.status).toBe("failed");
    expect(run.nodes.get("each")?.error).toMatchObject({ message: "it broke", at: "each[2]/loud" });
    expect(run.nodes.get("join")).toMatchObject({ status: "skipped", reason: "each" });
  });

  it("knows how far it is", () => {
    expect(progressOf(runOf(LOOP.slice(0, 2)))).toBe(0);
    expect(progressOf(runOf(LOOP.slice(0, 5)))).toBeCloseTo(1 / 3);
    expect(progressOf(runOf(LOOP))).toBe(1);
  });

  it("leaves nothing running when it is over", () => {
    const cut = [
      ...LOOP.slice(0, 7),
      { kind: "job_status", job: JOB, number: 8, data: { status: "cancelled" } },
    ];
    const run = runOf(cut);
    expect(run.nodes.get("each[1]/loud")?.status).toBe("cancelled");
    expect(run.inside.get("each")?.running).toBe(0);
  });

  it("begins anew when its job is tried again", () => {
    const again = [
      { kind: "job_status", job: JOB, number: 16, data: { status: "queued", retried: true } },
      { kind: "run_started", job: JOB, number: 17, data: { nodes: 3 } },
    ];
    const run = runOf([...LOOP, ...again]);
    expect(run.nodes.size).toBe(0);
    expect(run.over).toBe(0);
    expect(run.error).toBe("");
  });

  it("says whether all of it was told", () => {
    expect(runOf(LOOP).whole).toBe(true);
    expect(runOf(LOOP.slice(3)).whole).toBe(false);
  });

  it("is another object only where something changed", () => {
    const before = taken(new Map(), LOOP.slice(0, 6));
    const after = taken(before, LOOP.slice(6, 8));
    expect(after.get(JOB)?.nodes.get("text")).toBe(before.get(JOB)?.nodes.get("text"));
  });
});

describe("paths", () => {
  it("lead outwards, without the items", () => {
    expect(around("each[2]/inner[1]/x")).toEqual(["each[2]/inner", "each"]);
    expect(around("each#word")).toEqual(["each"]);
    expect(around("outer/each#word")).toEqual(["outer/each", "outer"]);
    expect(around("alone")).toEqual([]);
  });
});

describe("curves", () => {
  it("are read from what a node says of itself", () => {
    const first = extended([], 10, "loss 0.5, total variation 1e-3");
    const second = extended(first, 20, "loss 0.25, total variation 2e-3");
    expect(second).toEqual([
      { name: "loss", points: [[10, 0.5], [20, 0.25]] }, // biome-ignore format: pairs
      { name: "total variation", points: [[10, 0.001], [20, 0.002]] }, // biome-ignore format: pairs
    ]);
  });

  it("take no number from other words, and each step once", () => {
    expect(extended([], 1, "encoding scenes")).toEqual([]);
    expect(extended(extended([], 1, "loss 1"), 1, "loss 1")[0]?.points).toHaveLength(1);
  });

  it("stay bounded and keep their ends", () => {
    let curves = extended([], 0, "loss 0");
    for (let step = 1; step <= 5000; step++) curves = extended(curves, step, `loss ${step}`);
    expect(curves[0]?.points.length).toBeLessThanOrEqual(2001);
    expect(curves[0]?.points[0]).toEqual([0, 0]);
    expect(curves[0]?.points.at(-1)).toEqual([5000, 5000]);
  });
});
