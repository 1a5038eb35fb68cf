/** The jobs of the server: what waits, runs and has ended. Kept current while somebody looks. */

import { create } from "zustand";
import { deleteJob, type Job, type JobStatus, listJobs, pauseQueue, readQueue } from "../server/api.ts";
import type { JobEvent } from "../server/events.ts";
import { refused, steer } from "./running.ts";
import { useSession } from "./session.ts";

interface QueueState {
  readonly paused: boolean;
  readonly counts: Readonly<Partial<Record<JobStatus, number>>>;
  readonly waiting: readonly Job[];
  readonly running: readonly Job[];
  readonly ended: readonly Job[];
  /** Where older jobs begin; null when there are no more. */
  readonly cursor: number | null;
  readonly search: string;
  readonly loaded: boolean;
  readonly loadingMore: boolean;
  readonly error: string;
  refresh(): Promise<void>;
  more(): Promise<void>;
  setSearch(search: string): void;
  setPaused(paused: boolean): Promise<void>;
  /** Move a waiting job right before another, or behind the last one. */
  move(job: string, before: string | null): Promise<void>;
  remove(job: string): Promise<void>;
}

const PAGE = 30;
const ENDED = ["done", "failed", "cancelled"];

function endedQuery(search: string, cursor: number | null): Promise<Awaited<ReturnType<typeof listJobs>>> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  for (const status of ENDED) query.append("status", status);
  if (search) query.set("search", search);
  if (cursor !== null) query.set("cursor", String(cursor));
  return listJobs(query);
}

let asked = 0; // how often the server was asked for the list
let taken = 0; // the newest question whose answer counts: an older one, or one that a move overtook, does not
let moving = 0; // moves that the server has not taken yet

export const useQueue = create<QueueState>()((set, get) => ({
  paused: false,
  counts: {},
  waiting: [],
  running: [],
  ended: [],
  cursor: null,
  search: "",
  loaded: false,
  loadingMore: false,
  error: "",
  async refresh() {
    const { search } = get();
    const own = ++asked;
    try {
      const [queue, running, ended] = await Promise.all([
        readQueue(),
        listJobs(new URLSearchParams({ status: "running", limit: "100" })),
        endedQuery(search, null),
      ]);
      if (get().search !== search || own < taken || moving > 0) return; // asked anew since, or soon
      taken = own;
      const fresh = new Set(ended.jobs.map((job) => job.id));
      const last = ended.jobs.at(-1);
      // Older jobs that were loaded before stay where the first page ends.
      const at = last ? get().ended.findIndex((job) => job.id === last.id) : -1;
      const older = at < 0 ? [] : get().ended.slice(at + 1);
      set({
        paused: queue.paused,
        counts: queue.counts,
        waiting: queue.waiting,
        running: running.jobs,
        ended: [...ended.jobs, ...older.filter((job) => !fresh.has(job.id))],
        cursor: older.length > 0 ? get().cursor : ended.cursor,
        loaded: true,
        error: "",
      });
    } catch (error) {
      set({ error: error instanceof Error ? error.message : String(error), loaded: true });
    }
  },
  async more() {
    const { cursor, search, loadingMore } = get();
    if (cursor === null || loadingMore) return;
    set({ loadingMore: true });
    try {
      const page = await endedQuery(search, cursor);
      const known = new Set(get().ended.map((job) => job.id));
      set({
        ended: [...get().ended, ...page.jobs.filter((job) => !known.has(job.id))],
        cursor: page.cursor,
      });
    } catch (error) {
      refused(error);
    } finally {
      set({ loadingMore: false });
    }
  },
  setSearch(search) {
    set({ search, ended: [], cursor: null });
    void get().refresh();
  },
  async setPaused(paused) {
    try {
      await pauseQueue(paused);
      set({ paused });
    } catch (error) {
      refused(error);
    }
  },
  async move(job, before) {
    const { waiting } = get();
    const next = waiting.find((one) => one.id === before);
    const moved = waiting.find((one) => one.id === job);
    if (!moved || before === job) return;
    const rest = waiting.filter((one) => one.id !== job);
    const at = next ? rest.indexOf(next) : rest.length;
    set({ waiting: rest.toSpliced(at, 0, moved) }); // as it is going to be; the server's answer counts
    const priority = (next ?? rest.at(-1) ?? moved).priority;
    moving++;
    try {
      if (priority !== moved.priority) await steer(job, "move", { priority });
      if (next) await steer(job, "move", { before: next.id });
      else if (priority === moved.priority) await steer(job, "move", {});
    } finally {
      moving--;
      taken = asked + 1;
    }
    await get().refresh();
  },
  async remove(job) {
    try {
      await deleteJob(job);
    } catch (error) {
      refused(error);
    }
    await get().refresh();
  },
}));

const PAUSE = 200; // milliseconds between two looks at the server
const KINDS: ReadonlySet<string> = new Set(["job_status", "job_moved"]);

let watchers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Look at the server again if events concern the list and somebody looks at it. */
export function tellQueue(events: readonly JobEvent[]): void {
  if (watchers > 0 && events.some((event) => KINDS.has(event.kind))) refreshSoon();
}

function refreshSoon(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    void useQueue.getState().refresh();
  }, PAUSE);
}

/** Keep the list current; returns what ends it. */
export function watchQueue(): () => void {
  watchers++;
  void useQueue.getState().refresh();
  const stop = useSession.subscribe((state, before) => {
    if (state.connection === "open" && before.connection !== "open") refreshSoon();
  });
  return () => {
    watchers--;
    stop();
  };
}
