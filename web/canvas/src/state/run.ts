/**
 * A run as its events tell it. Nodes are known by their paths (`each[2]/loud` is `loud` in the third body of
 * `each`), and what happens inside a node is counted at each node around it.
 */

import { NO_VALUES, type Values } from "../graph/values.ts";
import type { Artifact, JobStatus } from "../server/api.ts";
import type { JobEvent } from "../server/events.ts";
import { type Curve, extended } from "./curves.ts";

/** How a node of a run stands. */
export interface NodeRun {
  readonly status: "waiting" | "running" | "hit" | "done" | "failed" | "skipped" | "cancelled";
  /** Why it ran, or was skipped. */
  readonly reason: string;
  readonly done: number;
  readonly total: number;
  readonly note: string;
  readonly seconds: number;
  /** When it began, as the server's clock says; empty for what did not run. */
  readonly began: string;
  /** Bytes that its outputs take in the store; 0 where that is not known. */
  readonly memory: number;
  /** The outputs that are small: numbers, texts, and lists and objects of them. */
  readonly values: Values;
  /** How often it failed and was tried again. */
  readonly tries: number;
  /** The newest preview, as an address that this page made. */
  readonly preview: string;
  readonly artifacts: readonly Artifact[];
  readonly error: NodeError | null;
  /** What it told of itself on its way: losses, by name and step. */
  readonly curves: readonly Curve[];
}

export interface NodeError {
  readonly message: string;
  readonly code: string;
  readonly input: string;
  readonly hint: string;
  /** The node that failed: this one, or one inside it. */
  readonly at: string;
}

/** What runs inside a node: bodies of a loop, parts of a call. */
export interface Inside {
  /** How many bodies there are; 0 while that is not known, or where there is one. */
  readonly items: number;
  /** How many bodies have begun. */
  readonly begun: number;
  readonly running: number;
  readonly hits: number;
  readonly done: number;
  readonly failed: number;
}

/** A job that this page follows. */
export interface Run {
  readonly job: string;
  readonly status: JobStatus;
  readonly paused: boolean;
  readonly nodes: ReadonlyMap<string, NodeRun>;
  readonly inside: ReadonlyMap<string, Inside>;
  readonly artifacts: readonly Artifact[];
  /** The outputs of the interface, as far as the run came to them. */
  readonly outputs: Values;
  readonly error: string;
  /** Nodes of the document that are to run, and how many of them are over. */
  readonly nodeCount: number;
  readonly over: number;
  readonly seconds: number;
  /** The number of the last fact, and whether every fact before it was told. */
  readonly number: number;
  readonly whole: boolean;
}

export type Runs = ReadonlyMap<string, Run>;

const WAITING: NodeRun = {
  status: "waiting",
  reason: "",
  done: 0,
  total: 0,
  note: "",
  seconds: 0,
  began: "",
  memory: 0,
  values: NO_VALUES,
  tries: 0,
  preview: "",
  artifacts: [],
  error: null,
  curves: [],
};

const NOTHING_INSIDE: Inside = { items: 0, begun: 0, running: 0, hits: 0, done: 0, failed: 0 };
const MOST_ARTIFACTS = 64; // of what is inside, at the nodes around it

/** A run that is being changed: its maps are copied once for each batch of events. */
interface Draft extends Omit<Run, "nodes" | "inside"> {
  nodes: Map<string, NodeRun>;
  inside: Map<string, Inside>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function emptyRun(job: string): Run {
  return {
    job,
    status: "queued",
    paused: false,
    nodes: new Map(),
    inside: new Map(),
    artifacts: [],
    outputs: NO_VALUES,
    error: "",
    nodeCount: 0,
    over: 0,
    seconds: 0,
    number: 0,
    whole: true,
  };
}

/** The runs after some events. However the events are split, the same comes of them. */
export function taken(runs: Runs, events: readonly JobEvent[]): Runs {
  const drafts = new Map<string, Writable<Draft>>();
  for (const event of events) {
    if (!event.job) continue;
    let run = drafts.get(event.job);
    if (!run) {
      const before = runs.get(event.job) ?? emptyRun(event.job);
      run = { ...before, nodes: new Map(before.nodes), inside: new Map(before.inside) };
      drafts.set(event.job, run);
    }
    take(run, event);
  }
  return drafts.size === 0 ? runs : new Map([...runs, ...drafts]);
}

/** The runs with a new picture of a node, which is shown at the nodes around it too. */
export function withPreview(runs: Runs, job: string, node: string, preview: string): Runs {
  const run = runs.get(job) ?? emptyRun(job);
  const nodes = new Map(run.nodes);
  for (const path of [node, ...around(node)]) nodes.set(path, { ...(nodes.get(path) ?? WAITING), preview });
  return new Map(runs).set(job, { ...run, nodes });
}

function take(run: Writable<Draft>, event: JobEvent): void {
  const { kind, number, data = {} } = event;
  if (typeof number === "number") {
    if (number <= run.number) return; // told already
    if (number !== run.number + 1) run.whole = false;
    run.number = number;
  }
  const take = KINDS[kind];
  if (take) take(run, String(data.node ?? ""), data, event);
}

type Data = Readonly<Record<string, unknown>>;
type Take = (run: Writable<Draft>, node: string, data: Data, event: JobEvent) => void;

const KINDS: Readonly<Partial<Record<string, Take>>> = {
  job_status(run, _node, data) {
    run.status = data.status as JobStatus;
    run.error = String(data.error ?? "");
    if (typeof data.paused === "boolean") run.paused = data.paused;
    if (typeof data.seconds === "number") run.seconds = data.seconds;
    run.outputs = valuesIn(data.outputs);
    if (run.status !== "running") endNodes(run, run.status === "queued" ? "waiting" : "cancelled");
  },
  run_started(run, _node, data) {
    run.nodes = new Map();
    run.inside = new Map();
    run.artifacts = [];
    run.over = 0;
    run.nodeCount = Number(data.nodes ?? 0);
  },
  run_finished(run, _node, data) {
    endNodes(run, data.status === "paused" ? "waiting" : "cancelled");
  },
  node_opened(run, node, data) {
    const inside = run.inside.get(node) ?? NOTHING_INSIDE;
    run.inside.set(node, { ...inside, items: Number(data.items ?? 0) });
    if (!run.nodes.has(node)) set(run, node, {});
  },
  node_started(run, node, data, event) {
    const { preview, tries } = run.nodes.get(node) ?? WAITING;
    const began = event.time ?? "";
    set(run, node, {
      ...WAITING,
      preview,
      tries,
      status: "running",
      reason: String(data.reason ?? ""),
      began,
    });
    for (const outer of around(node)) {
      const status = run.nodes.get(outer)?.status ?? "waiting";
      if (status === "waiting") set(run, outer, { status: "running", began });
    }
  },
  node_progress(run, node, data) {
    const now = run.nodes.get(node) ?? WAITING;
    if (now.status !== "running" && now.status !== "waiting") return; // a late word about what is over
    const done = Number(data.done ?? 0);
    const note = String(data.note ?? "");
    const curves = extended(now.curves, done, note);
    set(run, node, { status: "running", done, total: Number(data.total ?? 0), note, curves });
  },
  node_hit(run, node, data) {
    set(run, node, { status: "hit", ...gaveIn(data) });
  },
  node_finished(run, node, data) {
    const { total } = run.nodes.get(node) ?? WAITING;
    // The last step is seldom told: progress is thinned out on its way.
    set(run, node, { status: "done", seconds: Number(data.seconds ?? 0), done: total, ...gaveIn(data) });
  },
  node_retried(run, node, data) {
    set(run, node, { tries: Number(data.tries ?? 0), reason: String(data.reason ?? "") });
  },
  node_failed(run, node, data) {
    const error = nodeError(data.error ?? data, node);
    set(run, node, { status: "failed", error });
    for (const outer of around(node)) set(run, outer, { status: "failed", error });
  },
  node_skipped(run, node, data) {
    if (run.nodes.get(node)?.status === "failed") return; // what is inside it says more
    set(run, node, { status: "skipped", reason: String(data.because ?? "") });
  },
  artifact_saved(run, node, data) {
    const artifact = artifactIn(data);
    if (!run.artifacts.some((one) => sameArtifact(one, artifact)))
      run.artifacts = [...run.artifacts, artifact];
    for (const path of [node, ...around(node)]) {
      const before = run.nodes.get(path)?.artifacts ?? [];
      if (before.some((one) => sameArtifact(one, artifact))) continue;
      set(run, path, { artifacts: [...before, artifact].slice(-MOST_ARTIFACTS) });
    }
  },
};

/** How far a run is, from 0 to 1: its nodes, and how far those that run are. */
export function progressOf(run: Run): number {
  if (run.nodeCount === 0) return 0;
  let begun = 0;
  for (const [path, node] of run.nodes) {
    if (node.status !== "running" || path.includes("/") || path.includes("#")) continue;
    const inside = run.inside.get(path);
    if (inside && inside.items > 0) begun += Math.max(0, inside.begun - 1) / inside.items;
    else if (node.total > 0) begun += node.done / node.total;
  }
  return Math.min(1, (run.over + begun) / run.nodeCount);
}

const OVER: ReadonlySet<string> = new Set(["hit", "done", "failed", "skipped", "cancelled"]);
const LAST_ITEM = /\[\d+\]$/;

/** The nodes that a node runs inside, the nearest first; `each#word` is a part of `each`. */
export function around(path: string): string[] {
  const found: string[] = [];
  let rest = path;
  const part = rest.lastIndexOf("#");
  if (part > rest.lastIndexOf("/")) {
    rest = rest.slice(0, part);
    found.push(rest);
  }
  for (let cut = rest.lastIndexOf("/"); cut >= 0; cut = rest.lastIndexOf("/")) {
    rest = rest.slice(0, cut).replace(LAST_ITEM, "");
    found.push(rest);
  }
  return found;
}

/** The bodies that a node runs in, as `each[2]`. */
function bodiesAround(path: string): [string, string][] {
  const found: [string, string][] = [];
  for (let cut = path.lastIndexOf("/"); cut >= 0; cut = path.lastIndexOf("/", cut - 1)) {
    const body = path.slice(0, cut);
    const node = body.replace(LAST_ITEM, "");
    if (node !== body) found.push([body, node]);
  }
  return found;
}

/** Change a node, and what is counted of it at the nodes around it. */
function set(run: Writable<Draft>, node: string, change: Partial<NodeRun>): void {
  const before = run.nodes.get(node);
  const now: NodeRun = { ...(before ?? WAITING), ...change };
  run.nodes.set(node, now);
  const was = before?.status ?? "waiting";
  if (was === now.status) return;
  const outer = around(node);
  if (outer.length === 0) {
    run.over += Number(OVER.has(now.status)) - Number(OVER.has(was));
    return;
  }
  const counts = (status: NodeRun["status"], sign: number) => ({
    running: status === "running" ? sign : 0,
    hits: status === "hit" ? sign : 0,
    done: status === "done" ? sign : 0,
    failed: status === "failed" ? sign : 0,
  });
  const [gone, come] = [counts(was, -1), counts(now.status, 1)];
  for (const path of outer) {
    const inside = run.inside.get(path) ?? NOTHING_INSIDE;
    run.inside.set(path, {
      ...inside,
      running: inside.running + gone.running + come.running,
      hits: inside.hits + gone.hits + come.hits,
      done: inside.done + gone.done + come.done,
      failed: inside.failed + gone.failed + come.failed,
    });
  }
  for (const [body, owner] of bodiesAround(node)) {
    if (run.inside.has(body)) continue;
    run.inside.set(body, NOTHING_INSIDE);
    const inside = run.inside.get(owner) ?? NOTHING_INSIDE;
    run.inside.set(owner, { ...inside, begun: inside.begun + 1 });
  }
}

/** What was still running when a run ended is not. */
function endNodes(run: Writable<Draft>, status: "waiting" | "cancelled"): void {
  for (const [node, { status: now }] of run.nodes) if (now === "running") set(run, node, { status });
}

/** What a node gave, as it is told when it is over. */
function gaveIn(data: Data): Pick<NodeRun, "memory" | "values"> {
  return { memory: Number(data.memory ?? 0), values: valuesIn(data.values) };
}

function valuesIn(raw: unknown): Values {
  return raw !== null && typeof raw === "object" ? (raw as Values) : NO_VALUES;
}

function artifactIn(data: Data): Artifact {
  return {
    digest: String(data.digest ?? ""),
    name: String(data.name ?? ""),
    media_type: String(data.media_type ?? ""),
    size: Number(data.size ?? 0),
  };
}

function sameArtifact(one: Artifact, other: Artifact): boolean {
  return one.digest === other.digest && one.name === other.name;
}

function nodeError(raw: unknown, at: string): NodeError {
  if (raw === null || typeof raw !== "object") {
    return { message: String(raw), code: "", input: "", hint: "", at };
  }
  const said = raw as Data;
  return {
    message: String(said.message ?? said.error ?? "").replace(PLACE, ""),
    code: String(said.code ?? ""),
    input: String(said.input ?? ""),
    hint: String(said.hint ?? ""),
    at,
  };
}

const PLACE = /^Node '[^']*' \([^)]*\) failed: /; // whoever shows an error says where it is
