/** This window among the browser's others: whose drafts are whose, and what one tells the others. */

import { freshId } from "./fresh-id.ts";

/** What windows tell each other. */
export type Word =
  | { readonly kind: "opened"; readonly workflow: string; readonly window: string }
  | { readonly kind: "here"; readonly workflow: string; readonly to: string }
  | { readonly kind: "saved"; readonly workflow: string; readonly etag: string }
  | { readonly kind: "who" }
  | { readonly kind: "me"; readonly window: string };

const NAME = "latentgraph";
const KEPT = "latentgraph.window";
const PATIENCE = 400; // milliseconds that a page has to let go of its lock, or to answer where there are none
const LONG_PATIENCE = 5000; // milliseconds that a window has to end, which crashed a moment ago

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(NAME);

export function tell(word: Word): void {
  channel?.postMessage(word);
}

/** Hear what other windows say; returns what ends it. */
export function hear(listener: (word: Word) => void): () => void {
  const listen = ({ data }: MessageEvent<Word>) => listener(data);
  channel?.addEventListener("message", listen);
  return () => channel?.removeEventListener("message", listen);
}

/**
 * Take this window's place; its id is answered. The id outlives a reload; a window that was made by duplicating another has the
 * other's id, which is in use, and gets one of its own.
 */
export async function claimWindow(): Promise<string> {
  const before = remembered();
  const own = before !== null && (await hold(before)) ? before : freshId();
  if (own !== before) await hold(own);
  remember(own);
  hear((word) => {
    if (word.kind === "who") tell({ kind: "me", window: own });
  });
  return own;
}

/** Do something that no other window does at the same time, where the browser can see to that. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(`${NAME}.adopting`, work) : work();
}

const lockOf = (id: string) => `${NAME}.window.${id}`;

/**
 * Keep a window's lock for as long as the page lives; false where another window has it. The page that a reload
 * ends gives its lock back a moment after the new one has begun.
 */
async function hold(id: string): Promise<boolean> {
  if (!navigator.locks) return !(await openWindows()).has(id);
  return new Promise((resolve) => {
    navigator.locks
      .request(lockOf(id), { signal: AbortSignal.timeout(PATIENCE) }, () => {
        resolve(true);
        return new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}

/** Wait for a window to be gone; false where it is still there after a while. */
export async function isGone(id: string): Promise<boolean> {
  if (!navigator.locks) return false;
  const signal = AbortSignal.timeout(LONG_PATIENCE);
  return navigator.locks.request(lockOf(id), { signal }, async () => true).catch(() => false);
}

/** The windows that are open now, this one among them where it can be told. */
export async function openWindows(): Promise<ReadonlySet<string>> {
  if (navigator.locks) {
    const { held = [] } = await navigator.locks.query();
    const start = lockOf("");
    return new Set(held.flatMap(({ name }) => (name?.startsWith(start) ? [name.slice(start.length)] : [])));
  }
  const found = new Set<string>();
  const stop = hear((word) => {
    if (word.kind === "me") found.add(word.window);
  });
  tell({ kind: "who" });
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  stop();
  return found;
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null; // forbidden
  }
}

function remember(id: string): void {
  try {
    sessionStorage.setItem(KEPT, id);
  } catch {
    // after a reload its drafts are found as those of a window that is gone
  }
}
