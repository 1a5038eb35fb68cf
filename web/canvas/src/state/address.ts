/** The address of the page: what it asks to open, and what it says of the active tab. */

import { activeTab, type Origin, useDocuments } from "./documents.ts";

/** What an address can name. */
export type Asked = Extract<Origin, { kind: "template" | "shared" | "job" }> | AskedWorkflow;

interface AskedWorkflow {
  readonly kind: "library";
  readonly id: string;
}

const NAMES = { library: "workflow", template: "template", job: "job", shared: "shared" } as const;

/** What a page's address asks for, or null. */
export function readAddress(search: string): Asked | null {
  const query = new URLSearchParams(search);
  for (const kind of ["library", "template", "job"] as const) {
    const id = query.get(NAMES[kind]);
    if (id) return { kind, id };
  }
  const link = query.get(NAMES.shared);
  return link ? { kind: "shared", link } : null;
}

/** The address that opens what a tab shows; that of the page itself where it is nowhere but here. */
export function addressOf(origin: Asked | Origin | null): string {
  if (origin === null || origin.kind === "new" || origin.kind === "file") return "/";
  const value = origin.kind === "shared" ? origin.link : origin.id;
  return `/?${new URLSearchParams({ [NAMES[origin.kind]]: value })}`;
}

/** Whether a tab shows what an address asks for. */
export function isAsked(origin: Origin, asked: Asked): boolean {
  return addressOf(origin) === addressOf(asked);
}

/** Let the address follow the active tab; returns what ends it. */
export function followActiveTab(): () => void {
  const follow = () => {
    const address = addressOf(activeTab(useDocuments.getState())?.origin ?? null);
    if (location.pathname + location.search !== address) {
      history.replaceState(null, "", address + location.hash); // which says where one is in the document
    }
  };
  follow();
  return useDocuments.subscribe(follow);
}
