/** The server's addresses that the editor uses, with what they take and give. */

import type { Catalogue, NodeTexts } from "../graph/catalogue.ts";
import { isObject, type Json, type Plain, toPlain } from "../graph/json.ts";
import type { Workflow } from "../graph/workflow.ts";
import type { JobEvent } from "./events.ts";
import { ask, askDocument, type Fault, Problem, request } from "./http.ts";

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Artifact {
  readonly digest: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
}

export interface Job {
  readonly id: string;
  readonly status: JobStatus;
  readonly name: string;
  readonly priority: number;
  readonly paused: boolean;
  readonly cancel_asked: boolean;
  readonly submitted: string;
  readonly started: string | null;
  readonly finished: string | null;
  readonly device_seconds: number;
  readonly worker: string;
  readonly workflow: string;
  readonly inputs: Readonly<Record<string, Plain>>;
  readonly artifacts: readonly Artifact[];
  readonly error: string;
}

export interface PlanStep {
  readonly node: string;
  readonly type: string;
  readonly status: "hit" | "miss" | "unknown" | "muted" | "bypassed";
  readonly reason: string;
}

export interface Queue {
  readonly paused: boolean;
  readonly counts: Readonly<Partial<Record<JobStatus, number>>>;
  readonly waiting: readonly Job[];
}

export interface Upload {
  readonly reference: string;
  readonly digest: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
}

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly pack: string;
  readonly nodes: number;
  readonly thumbnail: string | null;
}

export interface RunOptions {
  readonly wanted?: readonly string[];
  readonly priority?: number;
  readonly sweep?: {
    readonly table: Readonly<Record<string, readonly Plain[]>>;
    readonly how: "product" | "zip";
  };
  readonly key?: string;
  /** Values by the names of the interface, or `node.input`. */
  readonly inputs?: Readonly<Record<string, Plain>>;
}

/** An artifact of one's own, with the newest job that has it. */
export interface SavedArtifact extends Artifact {
  readonly job: string;
  readonly submitted: string;
}

export interface ArtifactPage {
  readonly artifacts: readonly SavedArtifact[];
  readonly cursor: string | null;
}

/** How an artifact was made. */
export interface Making {
  readonly document: Workflow;
  readonly about: Readonly<Record<string, Plain>>;
}

/** The document in an answer. Raises `Problem` where there is none. */
export function documentIn(answer: Json): Workflow {
  const document = isObject(answer) ? answer.get("document") : undefined;
  if (!isObject(document)) throw new Problem(0, "no_document", "The server's answer holds no document.");
  return document;
}

export async function readCatalogue(language: string): Promise<Catalogue> {
  const found = await ask<Omit<Catalogue, "texts" | "languages"> & { languages?: readonly string[] }>(
    "/api/v1/nodes",
  );
  const languages = found.languages ?? [];
  const texts = languages.includes(language)
    ? await ask<NodeTexts>(`/api/v1/nodes/texts/${encodeURIComponent(language)}`)
    : {};
  return { ...found, languages, texts };
}

export async function checkWorkflow(workflow: Workflow, signal?: AbortSignal): Promise<readonly Fault[]> {
  const answer = await ask<{ problems: readonly Fault[] }>("/api/v1/check", {
    method: "POST",
    document: workflow,
    ...(signal ? { signal } : {}),
  });
  return answer.problems;
}

export async function planWorkflow(
  workflow: Workflow,
  options: Pick<RunOptions, "wanted"> = {},
  signal?: AbortSignal,
): Promise<readonly PlanStep[]> {
  const more = options.wanted ? { wanted: options.wanted } : {};
  const answer = await ask<{ steps: readonly PlanStep[] }>("/api/v1/plan", {
    method: "POST",
    document: workflow,
    plain: more,
    ...(signal ? { signal } : {}),
  });
  return answer.steps;
}

/** Queue a document. Raises `Problem`, with every fault of the document. */
export function submitWorkflow(workflow: Workflow, options: RunOptions = {}): Promise<Job> {
  const { key, ...more } = options;
  return ask<Job>("/api/v1/jobs", {
    method: "POST",
    document: workflow,
    plain: more as Readonly<Record<string, Plain>>,
    ...(key ? { headers: { "Idempotency-Key": key } } : {}),
  });
}

export function listJobs(query: URLSearchParams = new URLSearchParams()): Promise<{
  readonly jobs: readonly Job[];
  readonly cursor: number | null;
  readonly counts: Readonly<Partial<Record<JobStatus, number>>>;
}> {
  return ask(`/api/v1/jobs?${query}`);
}

export async function readJobDocument(id: string): Promise<Workflow> {
  const answer = await askDocument(`/api/v1/jobs/${id}/document`);
  return isObject(answer) && answer.has("nodes") ? answer : documentIn(answer);
}

/** Cancel, retry, pause, resume a job, or move it in its line. */
export function steerJob(
  id: string,
  verb: "cancel" | "retry" | "pause" | "resume" | "move",
  plain?: Plain,
): Promise<Job> {
  return ask(`/api/v1/jobs/${id}/${verb}`, { method: "POST", ...(plain === undefined ? {} : { plain }) });
}

/** Forget a job that is not running; with `artifacts`, and the files that only it has. */
export async function deleteJob(id: string, artifacts = false): Promise<void> {
  await request(`/api/v1/jobs/${id}?artifacts=${artifacts}`, { method: "DELETE" });
}

/** Facts of a job after a number, in order. */
export async function readJournal(id: string, after: number, limit: number): Promise<readonly JobEvent[]> {
  const query = new URLSearchParams({ after: String(after), limit: String(limit) });
  return (await ask<{ events: readonly JobEvent[] }>(`/api/v1/jobs/${id}/journal?${query}`)).events;
}

export function readQueue(): Promise<Queue> {
  return ask("/api/v1/queue");
}

export function pauseQueue(paused: boolean): Promise<Queue> {
  return ask("/api/v1/queue", { method: "POST", plain: { paused } });
}

export async function listTemplates(language: string): Promise<readonly Template[]> {
  const { templates } = await ask<{ templates: readonly Template[] }>(
    `/api/v1/templates${inWords(language)}`,
  );
  return templates;
}

export async function readTemplate(id: string, language: string): Promise<Workflow> {
  return documentIn(await askDocument(`/api/v1/templates/${encodeURIComponent(id)}${inWords(language)}`));
}

/** Templates are written in English; in other languages they are said as far as they have words for it. */
function inWords(language: string): string {
  return language === "en" ? "" : `?language=${encodeURIComponent(language)}`;
}

export function sendUpload(file: Blob, name: string): Promise<Upload> {
  return ask("/api/v1/uploads", {
    method: "POST",
    body: file,
    headers: { "X-File-Name": encodeURIComponent(name) },
  });
}

/** The address of a small picture of an upload or an artifact, by the reference or the digest. */
export function thumbnailAddress(kind: "uploads" | "artifacts", reference: string, size = 512): string {
  return `/api/v1/${kind}/${reference.replace(/^blake3:/, "")}/thumbnail?size=${size}`;
}

export function artifactAddress(digest: string): string {
  return `/api/v1/artifacts/${digest}`;
}

/** Where an artifact is saved from: with the workflow inside, or as it is stored. */
export function exportAddress(job: string, digest: string, workflow: boolean): string {
  return `/api/v1/jobs/${job}/artifacts/${digest}${workflow ? "" : "?metadata=strip"}`;
}

export function listArtifacts(query: Readonly<Record<string, string>> = {}): Promise<ArtifactPage> {
  return ask(`/api/v1/artifacts?${new URLSearchParams(query)}`);
}

/** How an artifact was made: by a job, or by the newest that has it. */
export async function readMaking(digest: string, job?: string): Promise<Making> {
  const of = job ? `/api/v1/jobs/${job}/artifacts` : "/api/v1/artifacts";
  const answer = await askDocument(`${of}/${digest}/metadata`);
  const about = isObject(answer) ? toPlain(answer.get("about") ?? null) : null;
  return { document: documentIn(answer), about: (about ?? {}) as Making["about"] };
}

/** The text of an artifact. */
export async function readArtifactText(digest: string): Promise<string> {
  return (await request(artifactAddress(digest))).text;
}

/**
 * The reference by which a document can name an artifact: as an upload of the same bytes. Sending what is there
 * already changes nothing.
 */
export async function referenceTo(artifact: Pick<Artifact, "digest" | "name">): Promise<string> {
  const { digest, name } = artifact;
  const answer = await fetch(artifactAddress(digest), { credentials: "same-origin" });
  if (!answer.ok)
    throw new Problem(answer.status, "artifact_gone", `“${name}” is not on the server any more.`);
  return (await sendUpload(await answer.blob(), name)).reference;
}
