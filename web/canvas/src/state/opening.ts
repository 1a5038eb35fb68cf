/** Opening documents: a workflow of the library, a template, what somebody shows, what a job ran. */

import { create } from "zustand";
import { textIn } from "../graph/json.ts";
import { missingPacks } from "../graph/missing.ts";
import { emptyWorkflow, type Workflow } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { readJobDocument, readTemplate } from "../server/api.ts";
import { type Kept, readShared, readWorkflow } from "../server/library.ts";
import { type Asked, isAsked } from "./address.ts";
import { useCatalogue } from "./catalogue.ts";
import { type Origin, useDocuments } from "./documents.ts";
import { useSession } from "./session.ts";
import { languageOf } from "./settings.ts";
import { sayTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";
import { tell } from "./windows.ts";

const FIRST = "text_to_image";

/** Whether the page has opened what it begins with: before that, no document is no matter. */
export const useBeginning = create<{ readonly isOver: boolean }>()(() => ({ isOver: false }));

let ownWindow = "";

/** Say which window this is, so that others can be asked what they have open. */
export function nameWindow(window: string): void {
  ownWindow = window;
}

export function openNew(): void {
  useDocuments.getState().open(emptyWorkflow(t("tab.untitled")), { kind: "new" });
  useUi.getState().setView("canvas");
}

/** Open a document in a tab of its own, and say what it needs that is not here. */
export function openDocument(workflow: Workflow, origin: Origin): string {
  const key = useDocuments.getState().open(workflow, origin);
  askOtherWindows(origin);
  tellMissing(key);
  return key;
}

/** Open what an address names, in the tab where it is open already if there is one; false, with the reason said. */
export async function openAsked(asked: Asked): Promise<boolean> {
  const { tabs, activate } = useDocuments.getState();
  const there = tabs.find((tab) => isAsked(tab.origin, asked));
  if (there) {
    activate(there.key);
    return true;
  }
  try {
    await OPENERS[asked.kind](asked.kind === "shared" ? asked.link : asked.id);
    return true;
  } catch (error) {
    sayTrouble(error);
    return false;
  }
}

const OPENERS: Readonly<Record<Asked["kind"], (id: string) => Promise<void>>> = {
  async library(id) {
    const kept = await readWorkflow(id);
    openDocument(kept.workflow, originOf(kept));
    if (kept.summary.deleted !== null) useUi.getState().say({ tone: "info", text: t("library.in_bin") });
  },
  async template(id) {
    openDocument(await readTemplate(id, languageOf()), { kind: "template", id });
  },
  async shared(link) {
    openDocument((await readShared(link)).workflow, { kind: "shared", link });
  },
  async job(id) {
    const key = openDocument(await readJobDocument(id), { kind: "job", id });
    useSession.getState().show(key, id);
  },
};

/** The default template, or an empty document where the server has none. */
export async function openFirst(): Promise<void> {
  try {
    openDocument(await readTemplate(FIRST, languageOf()), { kind: "template", id: FIRST });
  } catch {
    openNew();
  }
}

export function originOf({ summary }: Pick<Kept, "summary">): Extract<Origin, { kind: "library" }> {
  const { id, etag, version } = summary;
  return { kind: "library", id, etag, version };
}

/** Ask whether another window has a workflow open, too. */
export function askOtherWindows(origin: Origin): void {
  if (origin.kind === "library") tell({ kind: "opened", workflow: origin.id, window: ownWindow });
}

const told = new Set<string>();

/** Show, once for each document, which packs it needs and are not here. */
function tellMissing(key: string): void {
  const { catalogue, loaded } = useCatalogue.getState();
  const tab = useDocuments.getState().tabs.find((one) => one.key === key);
  if (!loaded || !tab || told.has(key)) return;
  told.add(key);
  const packs = missingPacks(tab.history.present, catalogue);
  if (packs.length === 0) return;
  useUi.getState().openDialog("missing", { name: textIn(tab.history.present, ["name"]), packs });
}

/** The same for documents that were opened before the node types were known; returns what ends it. */
export function watchMissing(): () => void {
  return useCatalogue.subscribe((state, before) => {
    const { active } = useDocuments.getState();
    if (state.loaded && !before.loaded && active !== null) tellMissing(active);
  });
}

/** Restored documents were told of when they were first opened. */
export function wasTold(keys: Iterable<string>): void {
  for (const key of keys) told.add(key);
}
