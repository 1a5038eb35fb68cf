/** The server's addresses that the editor uses, with what they take and give. */

import type { Catalogue, NodeTexts } from "../graph/catalogue.ts";
import { fromPlain, isObject, type Json, type Plain } from "../graph/json.ts";
import type { Workflow } from "../graph/workflow.ts";
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

export interface NodeOutcome {
  readonly node_type: string;
  readonly status: "hit" | "miss" | "failed" | "skipped" | "cancelled";
  readonly reason: string;
  readonly seconds: number;
}

export interface PlanStep {
  readonly node: string;
  readonly type: string;
  readonly status: "hit" | "miss" | "unknown" | "muted" | "bypassed";
  readonly reason: string;
}

export interface Queue {
  readonly paused: boolean;
  readonly counts: Readonly<Record<JobStatus, number>>;
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
}

/** A body that holds a document, whose numbers and order stay as they are. */
function withDocument(workflow: Workflow, more: Readonly<Record<string, unknown>> = {}): Json {
  const fields = Object.entries(more).map(([name, value]) => [name, fromPlain(value as Plain)] as const);
  return new Map<string, Json>([["document", workflow], ...fields]);
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
    json: withDocument(workflow),
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
    json: withDocument(workflow, more),
    ...(signal ? { signal } : {}),
  });
  return answer.steps;
}

/** Queue a document. Raises `Problem`, with every fault of the document. */
export function submitWorkflow(workflow: Workflow, options: RunOptions = {}): Promise<Job> {
  const { key, ...more } = options;
  return ask<Job>("/api/v1/jobs", {
    method: "POST",
    json: withDocument(workflow, more),
    ...(key ? { headers: { "Idempotency-Key": key } } : {}),
  });
}

export function listJobs(query: Readonly<Record<string, string>> = {}): Promise<{
  readonly jobs: readonly Job[];
  readonly cursor: number | null;
}> {
  return ask(`/api/v1/jobs?${new URLSearchParams(query)}`);
}

export function readJob(
  id: string,
): Promise<Job & { readonly nodes: Readonly<Record<string, NodeOutcome>> }> {
  return ask(`/api/v1/jobs/${id}`);
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

export async function deleteJob(id: string): Promise<void> {
  await request(`/api/v1/jobs/${id}`, { method: "DELETE" });
}

export function readQueue(): Promise<Queue> {
  return ask("/api/v1/queue");
}

export function pauseQueue(paused: boolean): Promise<Queue> {
  return ask("/api/v1/queue", { method: "POST", plain: { paused } });
}

export async function listTemplates(): Promise<readonly Template[]> {
  return (await ask<{ templates: readonly Template[] }>("/api/v1/templates")).templates;
}

export async function readTemplate(id: string): Promise<Workflow> {
  return documentIn(await askDocument(`/api/v1/templates/${encodeURIComponent(id)}`));
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
