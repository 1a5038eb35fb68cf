/** Saving documents into the library, and what happens where somebody else was faster. */

import { create } from "zustand";
import { renameWorkflow } from "../graph/commands/document.ts";
import { sameJson } from "../graph/json.ts";
import { type Workflow, writeWorkflow } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import { Problem } from "../server/http.ts";
import {
  copyShared,
  createWorkflow,
  type Kept,
  type Naming,
  readExport,
  readWorkflow,
  saveWorkflow,
} from "../server/library.ts";
import { may } from "./access.ts";
import { activeTab, nameOf, type Origin, type Tab, useDocuments } from "./documents.ts";
import { originOf } from "./opening.ts";
import { sayTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";
import { tell } from "./windows.ts";

type InLibrary = Extract<Origin, { kind: "library" }>;

interface SavingState {
  /** The tabs that are being saved. */
  readonly saving: ReadonlySet<string>;
}

export const useSaving = create<SavingState>()(() => ({ saving: new Set() }));

/** What a conflict is about, for the dialog. */
export interface Conflict {
  readonly key: string;
  readonly theirs: Kept;
  readonly note: string;
}

const tabOf = (key: string): Tab | undefined => useDocuments.getState().tabs.find((tab) => tab.key === key);

/** Save the active document, or a tab: where it is kept already, else where a person says. */
export async function save(key = useDocuments.getState().active, note = ""): Promise<boolean> {
  const tab = key === null ? undefined : tabOf(key);
  if (!tab || useSaving.getState().saving.has(tab.key)) return false;
  if (!may("edit")) {
    useUi.getState().say({ tone: "bad", text: t("save.may_not"), action: asFileInstead() });
    return false;
  }
  if (tab.origin.kind === "shared") return copyToLibrary(tab.key);
  if (tab.origin.kind !== "library") {
    useUi.getState().openDialog("save", { key: tab.key });
    return false;
  }
  const { origin } = tab;
  return doing(tab.key, () => saveNext(tab, origin, note));
}

const asFileInstead = () => ({ label: t("file.export"), run: () => exportFile() });

async function saveNext(tab: Tab, origin: InLibrary, note: string): Promise<boolean> {
  const mine = tab.history.present;
  try {
    settled(tab.key, await saveWorkflow(origin.id, origin.etag, mine, note), mine);
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404 || error.code === "workflow_deleted") {
      useUi.getState().say({ tone: "bad", text: error.message });
      useUi.getState().openDialog("save", { key: tab.key });
      return false;
    }
    if (error.status !== 412) throw error;
  }
  const theirs = await readWorkflow(origin.id);
  switch (whatChanged(origin, mine, theirs)) {
    case "about":
      return saveNext(tab, originOf(theirs), note);
    case "same":
      settled(tab.key, theirs, mine);
      return true;
    default:
      useUi.getState().openDialog("conflict", { key: tab.key, theirs, note } satisfies Conflict);
      return false;
  }
}

/**
 * Why a save was refused: only what is said `about` the workflow changed (tags, a picture), its document became
 * the `same` as mine, or it is another document.
 */
export function whatChanged(
  seen: Pick<InLibrary, "version">,
  mine: Workflow,
  theirs: Pick<Kept, "summary" | "workflow">,
): "about" | "same" | "document" {
  if (theirs.summary.version === seen.version) return "about";
  return sameJson(mine, theirs.workflow) ? "same" : "document";
}

function settled(key: string, kept: Kept, mine: Workflow): void {
  const origin = originOf(kept);
  useDocuments.getState().setOrigin(key, origin, mine);
  tell({ kind: "saved", workflow: origin.id, etag: origin.etag });
  useUi.getState().say({ tone: "good", text: t("save.saved", { version: origin.version }) });
}

/** Save as a new workflow of the library, under a name; the tab is that one from then on. */
export function saveAs(key: string, { name, tags, note }: Required<Naming>): Promise<boolean> {
  const { activate, edit } = useDocuments.getState();
  activate(key);
  edit(t("edit.rename"), (workflow) => renameWorkflow(workflow, name));
  const mine = tabOf(key)?.history.present;
  if (!mine) return Promise.resolve(false);
  return doing(key, async () => {
    settled(key, await createWorkflow(mine, { tags, note }), mine);
    return true;
  });
}

/** Make mine the next version over theirs, which stays among the versions. */
export function keepMine({ key, theirs, note }: Conflict): Promise<boolean> {
  const tab = tabOf(key);
  if (!tab) return Promise.resolve(false);
  return doing(key, () => saveNext(tab, originOf(theirs), note));
}

/** Show theirs in the tab; mine is one undo away. */
export function takeTheirs(key: string, theirs: Kept): void {
  useDocuments.getState().replace(key, t("edit.take_theirs"), theirs.workflow, originOf(theirs));
}

/** Save mine beside theirs, as a workflow of its own. */
export function saveCopy(key: string): Promise<boolean> {
  const tab = tabOf(key);
  if (!tab) return Promise.resolve(false);
  const name = t("save.copy_of", { name: nameOf(tab.history.present) || t("tab.untitled") });
  return saveAs(key, { name, tags: [], note: "" });
}

/** Copy what somebody shows into one's own library, where it can be changed. */
export function copyToLibrary(key: string): Promise<boolean> {
  const tab = tabOf(key);
  if (tab?.origin.kind !== "shared") return Promise.resolve(false);
  const { link } = tab.origin;
  return doing(key, async () => {
    const kept = await copyShared(link);
    useDocuments.getState().replace(key, t("shared.copy"), kept.workflow, originOf(kept));
    useUi.getState().say({ tone: "good", text: t("shared.copied") });
    return true;
  });
}

async function doing(key: string, work: () => Promise<boolean>): Promise<boolean> {
  useSaving.setState(({ saving }) => ({ saving: new Set(saving).add(key) }));
  try {
    return await work();
  } catch (error) {
    sayTrouble(error);
    return false;
  } finally {
    useSaving.setState(({ saving }) => ({ saving: new Set([...saving].filter((one) => one !== key)) }));
  }
}

/** Save the active document as a file, as it is now. */
export function exportFile(tab = activeTab(useDocuments.getState())): void {
  if (!tab) return;
  const { present } = tab.history;
  download(writeWorkflow(present), nameOf(present) || t("tab.untitled"));
}

/** Save a workflow of the library as a file; with a lock, with the packs and models that it was made with. */
export async function exportKept(id: string, name: string, lock: boolean): Promise<void> {
  try {
    download(await readExport(id, lock), name);
  } catch (error) {
    sayTrouble(error);
  }
}

function download(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, "_")}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
