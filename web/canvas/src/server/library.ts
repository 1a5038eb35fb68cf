/** The library over HTTP: workflows with their versions, links that show them to others, files that carry one. */

import { isObject, type Json, type JsonObject, type Plain, toPlain } from "../graph/json.ts";
import type { Workflow } from "../graph/workflow.ts";
import { documentIn } from "./api.ts";
import { ask, askDocument, Problem, request } from "./http.ts";
import type { SharedView, ShareView, VersionView, WorkflowSummary } from "./schema.ts";

export type { ShareView, VersionView, WorkflowSummary };

/** A workflow of the library: its document as it was written, and what is known of it. */
export interface Kept {
  readonly summary: WorkflowSummary;
  readonly workflow: Workflow;
  /** The version that the document is. */
  readonly shown: VersionView;
}

/** A workflow that somebody shows by a link. */
export interface Shared {
  readonly about: Omit<SharedView, "document">;
  readonly workflow: Workflow;
}

const at = (id: string) => `/api/v1/workflows/${encodeURIComponent(id)}`;
const behind = (link: string) => `/api/v1/shared/${encodeURIComponent(link)}`;

/** An answer's fields but its document, as plain values. */
function aboutOf(answer: Json): unknown {
  if (!isObject(answer)) throw new Problem(0, "no_document", "The server's answer holds no document.");
  const rest: JsonObject = new Map([...answer].filter(([name]) => name !== "document"));
  return toPlain(rest);
}

function keptIn(answer: Json): Kept {
  const { shown, ...summary } = aboutOf(answer) as WorkflowSummary & { readonly shown: VersionView };
  return { summary, shown, workflow: documentIn(answer) };
}

export interface ListQuery {
  readonly search?: string;
  readonly tag?: string;
  readonly bin?: boolean;
  readonly cursor?: number | null;
}

export function listWorkflows(
  query: ListQuery,
  signal?: AbortSignal,
): Promise<{ readonly workflows: readonly WorkflowSummary[]; readonly cursor: number | null }> {
  const asked = new URLSearchParams({ limit: "60" });
  if (query.search) asked.set("search", query.search);
  if (query.tag) asked.set("tag", query.tag);
  if (query.bin) asked.set("bin", "true");
  if (query.cursor) asked.set("cursor", String(query.cursor));
  return ask(`/api/v1/workflows?${asked}`, signal ? { signal } : {});
}

export async function readWorkflow(id: string): Promise<Kept> {
  return keptIn(await askDocument(at(id)));
}

/** The workflow if it is another than the one with this tag; null where nothing changed. */
export async function readIfChanged(id: string, etag: string): Promise<Kept | null> {
  try {
    return keptIn(await askDocument(at(id), { headers: { "If-None-Match": etag } }));
  } catch (error) {
    if (error instanceof Problem && error.status === 304) return null;
    throw error;
  }
}

export interface Naming {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
}

export async function createWorkflow(workflow: Workflow, naming: Naming = {}): Promise<Kept> {
  const plain = naming as Readonly<Record<string, Plain>>;
  return keptIn(await askDocument("/api/v1/workflows", { method: "POST", document: workflow, plain }));
}

/** Save the next version. Raises `Problem` 412 where somebody else was faster. */
export async function saveWorkflow(id: string, etag: string, workflow: Workflow, note = ""): Promise<Kept> {
  const asked = { method: "PUT", document: workflow, plain: { note } } as const;
  return keptIn(await askDocument(at(id), { ...asked, headers: { "If-Match": etag } }));
}

export interface Change {
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  /** The digest of a picture. */
  readonly thumbnail?: string | null;
}

export function changeWorkflow(id: string, etag: string, change: Change): Promise<WorkflowSummary> {
  const plain = change as Readonly<Record<string, Plain>>;
  return ask(at(id), { method: "PATCH", plain, headers: { "If-Match": etag } });
}

/** Put a workflow into the bin, or away for good. */
export async function deleteWorkflow(id: string, forever = false): Promise<void> {
  await request(`${at(id)}${forever ? "?forever=true" : ""}`, { method: "DELETE" });
}

export function unbinWorkflow(id: string): Promise<WorkflowSummary> {
  return ask(`${at(id)}/restore`, { method: "POST" });
}

export async function listVersions(id: string): Promise<readonly VersionView[]> {
  return (await ask<{ versions: readonly VersionView[] }>(`${at(id)}/versions?limit=500`)).versions;
}

export async function readVersion(id: string, version: number): Promise<Workflow> {
  return documentIn(await askDocument(`${at(id)}/versions/${version}`));
}

/** Make an earlier version the current one, as a new version. */
export async function restoreVersion(id: string, etag: string, version: number): Promise<Kept> {
  const path = `${at(id)}/versions/${version}/restore`;
  return keptIn(await askDocument(path, { method: "POST", headers: { "If-Match": etag } }));
}

/** Where a workflow is saved from as a file; with `lock`, with the packs and models that it was made with. */
function exportAddress(id: string, lock: boolean): string {
  return `${at(id)}/export${lock ? "?lock=true" : ""}`;
}

export async function readExport(id: string, lock: boolean): Promise<string> {
  return (await request(exportAddress(id, lock))).text;
}

export async function listShares(id: string): Promise<readonly ShareView[]> {
  return (await ask<{ shares: readonly ShareView[] }>(`${at(id)}/shares`)).shares;
}

export function makeShare(id: string, days: number, version: number | "current"): Promise<ShareView> {
  return ask(`${at(id)}/shares`, { method: "POST", plain: { days, version } });
}

export async function revokeShare(id: string, share: string): Promise<void> {
  await request(`${at(id)}/shares/${share}`, { method: "DELETE" });
}

/** The link in the path that a share has. */
export function linkOfShare(share: Pick<ShareView, "path">): string {
  return decodeURIComponent(share.path.split("/").at(-1) ?? "");
}

export async function readShared(link: string): Promise<Shared> {
  const answer = await askDocument(behind(link));
  return { about: aboutOf(answer) as Shared["about"], workflow: documentIn(answer) };
}

/** Copy what a link shows into one's own library, with the files that it names. */
export async function copyShared(link: string): Promise<Kept> {
  return keptIn(await askDocument(`${behind(link)}/copy`, { method: "POST", plain: {} }));
}

/** The workflow that an upload carries. Raises `Problem` with the fault `no_workflow` where there is none. */
export async function readUpload(reference: string, suffix: string): Promise<Workflow> {
  const plain = { upload: reference, suffix };
  return documentIn(await askDocument("/api/v1/read", { method: "POST", plain }));
}
