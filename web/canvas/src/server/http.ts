/** Requests to the server that this page came from. Every refusal is a `Problem` in the server's own words. */

import { fromPlain, type Json, type Plain, parseJson, toPlain, writeJson } from "../graph/json.ts";
import { type Workflow, writeWorkflow } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";

/** One thing that is wrong with a document. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly node: string;
  readonly input: string;
  readonly expected?: string;
  readonly got?: string;
  readonly hint: string;
  readonly definition?: string;
}

/** What the server refused, or that it could not be reached (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly hint: string;

  constructor(status: number, code: string, message: string, faults: readonly Fault[] = [], hint = "") {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.faults = faults;
    this.hint = hint;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
}

export interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD";
  /** A document, whose numbers and order stay: the field `document` of the body, which the others are put to. */
  readonly document?: Workflow;
  /** Other JSON whose numbers must stay. */
  readonly json?: Json;
  /** Any other JSON. */
  readonly plain?: Plain;
  readonly body?: Blob | ArrayBuffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const listeners = new Set<(problem: Problem) => void>();

/** Be told of refusals that concern the whole page: a session that ended. */
export function onRefused(listener: (problem: Problem) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const clientListeners = new Set<(client: string) => void>();

/** Be told which client the server serves, with each answer that says so. */
export function onClient(listener: (client: string) => void): () => void {
  clientListeners.add(listener);
  return () => clientListeners.delete(listener);
}

/** Ask the server. Raises `Problem`. */
export async function request(path: string, asked: Request = {}): Promise<Answer> {
  const response = await send(path, asked);
  const client = response.headers.get("X-Latentgraph-Client");
  if (client) for (const listener of clientListeners) listener(client);
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text);
  return { status: response.status, headers: response.headers, text };
}

/** Ask for plain JSON. Raises `Problem`. */
export async function ask<T>(path: string, asked: Request = {}): Promise<T> {
  const { text } = await request(path, asked);
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** Ask for JSON that holds a document. Raises `Problem`. */
export async function askDocument(path: string, asked: Request = {}): Promise<Json> {
  return parseJson((await request(path, asked)).text);
}

async function send(path: string, asked: Request): Promise<Response> {
  const headers = new Headers(asked.headers);
  let body: BodyInit | null = asked.body ?? null;
  if (asked.document || asked.json !== undefined || asked.plain !== undefined) {
    headers.set("Content-Type", "application/json");
    body = textOf(asked);
  }
  try {
    return await fetch(path, {
      method: asked.method ?? "GET",
      headers,
      body,
      signal: asked.signal ?? null,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "server_away", t("connection.unreached"));
  }
}

/** The text of a body. A document's own text is at hand, or mostly: it is not written once more. */
function textOf({ document, json, plain }: Request): string {
  const fields = writeJson(json ?? fromPlain(plain ?? {})).trim();
  if (!document) return fields;
  return `{"document": ${writeWorkflow(document)}${fields === "{}" ? "}" : `, ${fields.slice(1)}`}`;
}

function refusal(status: number, text: string): Problem {
  let problem: Problem;
  try {
    const said = toPlain(parseJson(text)) as Partial<{
      code: string;
      detail: string;
      problems: readonly Fault[];
    }>;
    problem = new Problem(
      status,
      said.code ?? "http",
      said.detail ?? text.slice(0, 500),
      said.problems ?? [],
    );
  } catch {
    problem = new Problem(status, "http", text.slice(0, 500) || `The server answered ${status}.`);
  }
  if (status === 401) for (const listener of listeners) listener(problem);
  return problem;
}
