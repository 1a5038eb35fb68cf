/** What the server does for this page: the connection, the jobs, and how each node of a job stands. */

import { create } from "zustand";
import type { Artifact, JobStatus } from "../server/api.ts";
import type { Connection, JobEvent, Preview } from "../server/events.ts";

/** How a node of a run stands. */
export interface NodeRun {
  readonly status: "waiting" | "running" | "hit" | "done" | "failed" | "skipped" | "cancelled";
  /** Why it ran, or was skipped. */
  readonly reason: string;
  readonly done: number;
  readonly total: number;
  readonly note: string;
  readonly seconds: number;
  /** The newest preview, as an address that this page made. */
  readonly preview: string;
  readonly artifacts: readonly Artifact[];
  readonly error: NodeError | null;
}

export interface NodeError {
  readonly message: string;
  readonly code: string;
  readonly input: string;
  readonly hint: string;
}

/** A job that this page follows. */
export interface Run {
  readonly job: string;
  readonly status: JobStatus;
  readonly nodes: ReadonlyMap<string, NodeRun>;
  readonly artifacts: readonly Artifact[];
  readonly error: string;
  readonly nodeCount: number;
}

interface SessionState {
  readonly connection: Connection;
  /** Jobs by id: those of this page, and whatever else was told. */
  readonly runs: ReadonlyMap<string, Run>;
  /** The job that the canvas shows for each tab. */
  readonly shown: ReadonlyMap<string, string>;
  setConnection(connection: Connection): void;
  /** Take what a stream told, in one change. */
  take(events: readonly JobEvent[]): void;
  takePreview(preview: Preview): void;
  show(tab: string, job: string): void;
}

export const WAITING: NodeRun = {
  status: "waiting",
  reason: "",
  done: 0,
  total: 0,
  note: "",
  seconds: 0,
  preview: "",
  artifacts: [],
  error: null,
};

const MOST_RUNS = 50;

export const useSession = create<SessionState>()((set) => ({
  connection: "connecting",
  runs: new Map(),
  shown: new Map(),
  setConnection(connection) {
    set({ connection });
  },
  take(events) {
    set(({ runs }) => ({ runs: bounded(events.reduce(taken, runs)) }));
  },
  takePreview({ job, node, picture }) {
    set(({ runs }) => {
      const before = runs.get(job)?.nodes.get(node)?.preview;
      if (before) URL.revokeObjectURL(before);
      return { runs: withNode(runs, job, node, { preview: URL.createObjectURL(picture) }) };
    });
  },
  show(tab, job) {
    set(({ shown }) => ({ shown: new Map(shown).set(tab, job) }));
  },
}));

type Runs = ReadonlyMap<string, Run>;

function emptyRun(job: string): Run {
  return { job, status: "queued", nodes: new Map(), artifacts: [], error: "", nodeCount: 0 };
}

function withRun(runs: Runs, job: string, change: Partial<Run>): Runs {
  return new Map(runs).set(job, { ...(runs.get(job) ?? emptyRun(job)), ...change });
}

function withNode(runs: Runs, job: string, node: string, change: Partial<NodeRun>): Runs {
  const nodes = runs.get(job)?.nodes ?? new Map<string, NodeRun>();
  const now: NodeRun = { ...(nodes.get(node) ?? WAITING), ...change };
  return withRun(runs, job, { nodes: new Map(nodes).set(node, now) });
}

/** The runs after one event. */
export function taken(runs: Runs, event: JobEvent): Runs {
  const { job, kind, data = {} } = event;
  const node = String(data.node ?? "");
  switch (kind) {
    case "job_status":
      return withRun(runs, job, {
        status: data.status as JobStatus,
        error: String(data.error ?? ""),
      });
    case "run_started":
      return withRun(runs, job, { nodes: new Map(), nodeCount: Number(data.nodes ?? 0) });
    case "node_started":
      return withNode(runs, job, node, {
        ...WAITING,
        status: "running",
        reason: String(data.reason ?? ""),
      });
    case "node_progress":
      return withNode(runs, job, node, {
        status: "running",
        done: Number(data.done ?? 0),
        total: Number(data.total ?? 0),
        note: String(data.note ?? ""),
      });
    case "node_hit":
      return withNode(runs, job, node, { status: "hit" });
    case "node_finished":
      return withNode(runs, job, node, { status: "done", seconds: Number(data.seconds ?? 0) });
    case "artifact_saved":
      return withArtifact(runs, job, node, data as unknown as Artifact);
    case "node_failed":
      return withNode(runs, job, node, { status: "failed", error: nodeError(data.error ?? data) });
    case "node_skipped":
      return withNode(runs, job, node, { status: "skipped", reason: String(data.because ?? "") });
    default:
      return runs;
  }
}

function withArtifact(runs: Runs, job: string, node: string, artifact: Artifact): Runs {
  const known = runs.get(job);
  const before = known?.nodes.get(node)?.artifacts ?? [];
  if (before.some((one) => one.digest === artifact.digest && one.name === artifact.name)) return runs;
  const with_ = withNode(runs, job, node, { artifacts: [...before, artifact] });
  return withRun(with_, job, { artifacts: [...(known?.artifacts ?? []), artifact] });
}

function nodeError(raw: unknown): NodeError {
  if (raw === null || typeof raw !== "object") return { message: String(raw), code: "", input: "", hint: "" };
  const said = raw as Readonly<Record<string, unknown>>;
  return {
    message: String(said.message ?? said.error ?? ""),
    code: String(said.code ?? ""),
    input: String(said.input ?? ""),
    hint: String(said.hint ?? ""),
  };
}

/** The newest runs; the pictures of older ones are given back. */
function bounded(runs: Runs): Runs {
  if (runs.size <= MOST_RUNS) return runs;
  const kept = new Map([...runs].slice(-MOST_RUNS));
  for (const [job, run] of runs) {
    if (kept.has(job)) continue;
    for (const { preview } of run.nodes.values()) if (preview) URL.revokeObjectURL(preview);
  }
  return kept;
}

/** How a node of the run that a tab shows stands; changes only when that node does. */
export function useNodeRun(tab: string, node: string): NodeRun | null {
  return useSession(({ shown, runs }) => runs.get(shown.get(tab) ?? "")?.nodes.get(node) ?? null);
}
