/** Keeping the library in order: names, tags, pictures, the bin. Open tabs learn of each change. */

import { t } from "../i18n/i18n.ts";
import {
  type Change,
  changeWorkflow,
  createWorkflow,
  deleteWorkflow,
  readWorkflow,
  unbinWorkflow,
  type WorkflowSummary,
} from "../server/library.ts";
import { isChanged, type Tab, useDocuments } from "./documents.ts";
import { runOf, useSession } from "./session.ts";
import { sayTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";

/** Change what is said about a workflow. Raises `Problem`. */
export async function describe(
  seen: Pick<WorkflowSummary, "id" | "etag">,
  change: Change,
): Promise<WorkflowSummary> {
  const now = await changeWorkflow(seen.id, seen.etag, change);
  const { tabs, setOrigin } = useDocuments.getState();
  for (const tab of tabs) {
    const { origin } = tab;
    if (origin.kind === "library" && origin.id === now.id && origin.etag === seen.etag) {
      setOrigin(tab.key, { ...origin, etag: now.etag }, tab.saved);
    }
  }
  return now;
}

/** A copy in the library, under another name. Raises `Problem`. */
export async function duplicateKept({ id, tags, name }: WorkflowSummary): Promise<void> {
  const { workflow } = await readWorkflow(id);
  await createWorkflow(workflow, { name: t("save.copy_of", { name }), tags });
}

/** Put a workflow into the bin; a message takes it out again. */
export async function bin({ id, name }: WorkflowSummary, changed: () => void): Promise<void> {
  await deleteWorkflow(id);
  const undo = async () => {
    try {
      await unbinWorkflow(id);
      changed();
    } catch (error) {
      sayTrouble(error);
    }
  };
  const action = { label: t("menu.undo"), run: () => void undo() };
  useUi.getState().say({ tone: "info", text: t("library.binned", { name }), action });
}

const pictures = new Map<string, string>();

/** The newest picture of the run that a tab shows, once it is done. */
function pictureOf(tab: Tab): string | null {
  const run = runOf(useSession.getState(), tab.key);
  if (run?.status !== "done") return null;
  return run.artifacts.findLast((one) => one.media_type.startsWith("image/"))?.digest ?? null;
}

/** Let the newest picture of a run stand for a workflow of the library that is as it was run; returns what ends it. */
export function watchPictures(): () => void {
  const look = async () => {
    for (const tab of useDocuments.getState().tabs) {
      if (tab.origin.kind !== "library" || isChanged(tab)) continue;
      const { id, etag } = tab.origin;
      const thumbnail = pictureOf(tab);
      if (thumbnail === null || pictures.get(id) === thumbnail) continue;
      pictures.set(id, thumbnail);
      await describe({ id, etag }, { thumbnail }).catch(() => undefined); // a picture is no reason to trouble anybody
    }
  };
  const stops = [
    useSession.subscribe((state, before) => {
      if (state.runs !== before.runs || state.shown !== before.shown) void look();
    }),
    useDocuments.subscribe((state, before) => {
      if (state.tabs !== before.tabs) void look();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
