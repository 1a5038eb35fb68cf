/** Who this page is to the server, and how it becomes somebody. */

import { ask, request } from "./http.ts";
import type { SessionView } from "./schema.ts";

export type Session = SessionView;

export function readSession(): Promise<Session> {
  return ask("/api/v1/session");
}

/** Begin a session with a token, which the browser keeps as a cookie that no script can read. */
export function beginSession(token: string): Promise<Session> {
  return ask("/api/v1/session", { method: "POST", plain: { token } });
}

export async function endSession(): Promise<void> {
  await request("/api/v1/session", { method: "DELETE" });
}
