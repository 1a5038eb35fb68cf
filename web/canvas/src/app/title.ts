/** The title of the page: the document, and how far its run is. */

import { t, useLanguage } from "../i18n/i18n.ts";
import { activeTab, nameOf, useDocuments } from "../state/documents.ts";
import { progressOf } from "../state/run.ts";
import { runOf, useSession } from "../state/session.ts";

/** Keep the title current; returns what ends it. */
export function watchTitle(): () => void {
  const update = () => {
    const tab = activeTab(useDocuments.getState());
    const name = tab ? nameOf(tab.history.present) || t("tab.untitled") : "";
    const run = runOf(useSession.getState(), tab?.key ?? null);
    const words = [name, t("app.name")].filter(Boolean).join(" – ");
    const title = run?.status === "running" ? `${Math.round(100 * progressOf(run))} % · ${words}` : words;
    if (document.title !== title) document.title = title;
  };
  const stops = [useDocuments, useSession, useLanguage].map((store) => store.subscribe(update));
  update();
  return () => {
    for (const stop of stops) stop();
  };
}
