/** Queueing the active document, and following, stopping and showing what runs. */

import { schemaOf } from "../graph/control-kind.ts";
import { facesOf } from "../graph/face.ts";
import { type Plain, textIn, toPlain } from "../graph/json.ts";
import { bodyAt, linkOf, type Workflow } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import {
  type Job,
  type RunOptions,
  readJobDocument,
  readJournal,
  readQueue,
  steerJob,
  submitWorkflow,
} from "../server/api.ts";
import { Problem } from "../server/http.ts";
import { useCatalogue } from "./catalogue.ts";
import { activeTab, useDocuments } from "./documents.ts";
import { useFaults } from "./faults.ts";
import { freshId } from "./fresh-id.ts";
import { runOf, useSession } from "./session.ts";
import { useUi } from "./ui.ts";

/** The node that a sweep puts around a document; see docs/flow.md. */
export const SWEEP = "sweep";

/** Run the active document. Its faults, if it has any, are shown; nothing runs in part. */
export async function run(options: RunOptions = {}): Promise<Job | null> {
  const tab = activeTab(useDocuments.getState());
  if (!tab) return null;
  try {
    const key = freshId(); // a repeated request is the same job
    const job = await submitWorkflow(tab.history.present, { key, ...options });
    useSession.getState().follow(tab.key, job.id, options.sweep ? SWEEP : "");
    useFaults.getState().set([]); // what is queued has none
    return job;
  } catch (error) {
    refused(error);
    return null;
  }
}

/** Run the active document before everything that waits. */
export async function runFirst(options: RunOptions = {}): Promise<Job | null> {
  try {
    const { waiting } = await readQueue();
    const highest = Math.max(0, ...waiting.map((job) => job.priority));
    return await run({ ...options, priority: Math.min(highest + 1, 1000) });
  } catch (error) {
    refused(error);
    return null;
  }
}

/** How seeds go on from run to run of a batch. */
export type SeedSteps = "next" | "random";

/** Run the active document several times, each time with other seeds. */
export async function runBatch(count: number, steps: SeedSteps): Promise<readonly Job[]> {
  const tab = activeTab(useDocuments.getState());
  if (!tab) return [];
  const seeds = seedsOf(tab.history.present);
  const jobs: Job[] = [];
  for (let index = 0; index < count; index++) {
    const inputs = Object.fromEntries(
      [...seeds].map(([name, seed]) => [name, steps === "next" ? later(seed, index) : randomSeed()]),
    );
    const job = await run({ inputs });
    if (!job) break;
    jobs.push(job);
  }
  return jobs;
}

/** The seeds that are written in a document, by `node.input`. */
export function seedsOf(workflow: Workflow): ReadonlyMap<string, number | bigint> {
  const body = bodyAt(workflow, null);
  const faces = facesOf(workflow, body, useCatalogue.getState().catalogue);
  const found = new Map<string, number | bigint>();
  for (const [id, node] of body.nodes) {
    for (const input of faces.get(id)?.inputs ?? []) {
      if (schemaOf(input.schema)?.format !== "seed") continue;
      const written = node.inputs.get(input.name);
      if (linkOf(written)) continue;
      const value = written === undefined ? input.default : toPlain(written);
      found.set(`${id}.${input.name}`, typeof value === "number" || typeof value === "bigint" ? value : 0);
    }
  }
  return found;
}

/** A seed so many further on; large ones are exact too. */
function later(seed: number | bigint, by: number): number | bigint {
  return typeof seed === "bigint" ? seed + BigInt(by) : seed + by;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** Say why the server refused something. The faults of a document are shown in their panel. */
export function refused(error: unknown): void {
  const ui = useUi.getState();
  if (error instanceof Problem && error.faults.length > 0) {
    useFaults.getState().refuse(error.faults);
    ui.openPanel("faults");
    ui.say({ tone: "bad", text: t("run.cannot") });
  } else {
    ui.say({ tone: "bad", text: error instanceof Error ? error.message : t("error.unexpected") });
  }
}

/** Whether the run that the active tab shows can be stopped. */
export function canInterrupt(): boolean {
  const status = runOf(useSession.getState(), useDocuments.getState().active)?.status;
  return status === "running" || status === "queued";
}

/** Stop the run that the active tab shows. */
export async function interrupt(): Promise<void> {
  const { active } = useDocuments.getState();
  const shown = active === null ? undefined : useSession.getState().shown.get(active);
  if (shown) await steer(shown.job, "cancel");
}

/** Cancel, pause, resume, retry or move a job; a refusal is said. */
export async function steer(job: string, verb: Parameters<typeof steerJob>[1], plain?: Plain): Promise<void> {
  try {
    await steerJob(job, verb, plain);
  } catch (error) {
    refused(error);
  }
}

const PAGE = 5000;

/** Read all that was told of a job, so that it can be shown whole. */
export async function readRun(job: string): Promise<void> {
  const facts = [];
  for (;;) {
    const page = await readJournal(job, facts.length === 0 ? 0 : (facts.at(-1)?.number ?? 0), PAGE);
    facts.push(...page);
    const known = useSession.getState().runs.get(job)?.number ?? 0;
    if (page.length < PAGE && (facts.at(-1)?.number ?? 0) >= known) break;
    if (page.length === 0) break;
  }
  useSession.getState().restore(job, facts);
}

/** Show a job on the canvas of the active tab, as far as its nodes are those of the document there. */
export async function showOnCanvas(job: string): Promise<void> {
  const { active } = useDocuments.getState();
  if (active === null) return openJob(job);
  try {
    const [document] = await Promise.all([readJobDocument(job), readRun(job)]);
    useSession.getState().show(active, job, sweptName(document) === null ? "" : SWEEP);
    useUi.getState().setView("canvas");
  } catch (error) {
    refused(error);
  }
}

/** Open the document of a job in a tab of its own, and show its run there. */
export async function openJob(job: string): Promise<void> {
  try {
    const [document] = await Promise.all([readJobDocument(job), readRun(job)]);
    const name = textIn(document, ["name"]) || t("tab.untitled");
    const key = useDocuments.getState().open(document, { kind: "file", name });
    useSession.getState().show(key, job);
    useUi.getState().setView("canvas");
  } catch (error) {
    refused(error);
  }
}

/** The definition that a sweep runs for each of its rows, or null where a document is none. */
function sweptName(workflow: Workflow): string | null {
  const { nodes } = bodyAt(workflow, null);
  const node = nodes.get(SWEEP);
  if (nodes.size !== 1 || node?.type !== "flow/map") return null;
  const body = node.inputs.get("body");
  return typeof body === "string" ? body : null;
}
