/** Workflows that are changed, or open, in another window or by somebody else. */

import { create } from "zustand";
import { t } from "../i18n/i18n.ts";
import { type Kept, readIfChanged } from "../server/library.ts";
import { activeTab, type Tab, useDocuments } from "./documents.ts";
import { originOf } from "./opening.ts";
import { whatChanged } from "./saving.ts";
import { useUi } from "./ui.ts";
import { hear, tell } from "./windows.ts";

interface ElsewhereState {
  /** What the library has now, by tab, where that is a newer version than the tab began with. */
  readonly newer: ReadonlyMap<string, Kept>;
}

export const useElsewhere = create<ElsewhereState>()(() => ({ newer: new Map() }));

/** Look whether the library has a newer version of a tab's document. */
async function lookElsewhere(tab: Tab | null): Promise<void> {
  if (tab?.origin.kind !== "library") return;
  const { id, etag } = tab.origin;
  let kept: Kept | null;
  try {
    kept = await readIfChanged(id, etag);
  } catch {
    return; // away, or gone: saving will tell
  }
  const now = useDocuments.getState().tabs.find((one) => one.key === tab.key);
  if (kept === null || now?.origin.kind !== "library" || now.origin.etag !== etag) return;
  if (whatChanged(now.origin, now.saved, kept) === "document") {
    useElsewhere.setState(({ newer }) => ({ newer: new Map(newer).set(tab.key, kept) }));
  } else {
    useDocuments.getState().setOrigin(tab.key, originOf(kept), now.saved);
  }
}

/** Look when the page is looked at again, when a tab is, and when another window has saved; returns what ends it. */
export function watchElsewhere(own: string): () => void {
  const look = () => void lookElsewhere(activeTab(useDocuments.getState()));
  const stops = [
    useDocuments.subscribe((state, before) => {
      if (state.active !== before.active) look();
      if (state.tabs !== before.tabs) forgetSettled(state.tabs);
    }),
    hear((word) => {
      const { tabs } = useDocuments.getState();
      const tab = "workflow" in word ? tabs.find((one) => shows(one, word.workflow)) : undefined;
      if (!tab) return;
      if (word.kind === "saved") void lookElsewhere(tab);
      if (word.kind === "opened") tell({ kind: "here", workflow: word.workflow, to: word.window });
      if (word.kind === "here" && word.to === own) {
        useUi.getState().say({ tone: "info", text: t("elsewhere.open") });
      }
    }),
  ];
  addEventListener("focus", look);
  look();
  return () => {
    removeEventListener("focus", look);
    for (const stop of stops) stop();
  };
}

function shows(tab: Tab, workflow: string): boolean {
  return tab.origin.kind === "library" && tab.origin.id === workflow;
}

/** What was saved or taken since is no news any more. */
function forgetSettled(tabs: readonly Tab[]): void {
  const { newer } = useElsewhere.getState();
  if (newer.size === 0) return;
  const left = [...newer].filter(([key, kept]) => {
    const origin = tabs.find((tab) => tab.key === key)?.origin;
    return (
      origin?.kind === "library" && origin.id === kept.summary.id && origin.version < kept.summary.version
    );
  });
  if (left.length !== newer.size) useElsewhere.setState({ newer: new Map(left) });
}
