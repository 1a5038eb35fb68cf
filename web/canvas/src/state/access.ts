/** Who this page is to the server, and what it may do there. */

import { create } from "zustand";
import { beginSession, endSession, readSession, type Session } from "../server/access.ts";
import { onRefused, Problem } from "../server/http.ts";
import { reconnect } from "./connection.ts";
import { activeTab, useDocuments } from "./documents.ts";
import { sayTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";

type Scope = Session["scopes"][number];

interface AccessState {
  /** Whether the server lets this page in: not asked yet, yes, or only with a token. */
  readonly state: "unknown" | "in" | "out";
  readonly session: Session | null;
}

export const useAccess = create<AccessState>()(() => ({ state: "unknown", session: null }));

/** Whether something of a scope can be tried: yes until the server has said no. */
export function may(scope: Scope, { state, session }: AccessState = useAccess.getState()): boolean {
  if (state === "out") return false;
  if (!session) return true;
  return session.scopes.includes(scope) || session.scopes.includes("admin");
}

/** `may` for a component. */
export function useMay(scope: Scope): boolean {
  return useAccess((state) => may(scope, state));
}

/** Ask who one is; a token is asked for where the server wants one. */
export async function enter(): Promise<void> {
  try {
    useAccess.setState({ session: await readSession(), state: "in" });
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) return; // away: the stream tries on
    useAccess.setState({ session: null, state: "out" });
  }
}

const listeners = new Set<() => void>();

/** Be told when somebody signed in. */
export function onSignedIn(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Sign in with a token. Raises `Problem` where the server does not take it. */
export async function signIn(token: string): Promise<void> {
  useAccess.setState({ session: await beginSession(token), state: "in" });
  reconnect();
  for (const listener of listeners) listener();
}

export async function signOut(): Promise<void> {
  try {
    await endSession();
  } catch (error) {
    sayTrouble(error);
    return;
  }
  await enter(); // at its own machine the server goes on without a token
  if (useAccess.getState().state === "out") askForToken();
}

export function askForToken(): void {
  useUi.getState().openDialog("sign-in");
}

/** Ask for a token when the server wants one; what somebody shows by a link is looked at without. */
export function watchAccess(): () => void {
  return onRefused(() => {
    useAccess.setState({ session: null, state: "out" });
    const { dialog } = useUi.getState();
    const shared = activeTab(useDocuments.getState())?.origin.kind === "shared";
    if (dialog === null && !shared && !asksForShared()) askForToken();
  });
}

function asksForShared(): boolean {
  return new URLSearchParams(location.search).has("shared");
}
