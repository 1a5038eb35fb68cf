/** The artifacts that runs made, newest first, and what can be done with one. */

import { create } from "zustand";
import { setInput } from "../graph/commands/inputs.ts";
import { addNode } from "../graph/commands/nodes.ts";
import { schemaOf } from "../graph/control-kind.ts";
import { faceOf, specFace } from "../graph/face.ts";
import { textIn } from "../graph/json.ts";
import { bodyAt, linkOf } from "../graph/workflow.ts";
import { t } from "../i18n/i18n.ts";
import {
  type Artifact,
  deleteJob,
  listArtifacts,
  readMaking,
  referenceTo,
  type SavedArtifact,
} from "../server/api.ts";
import { useCatalogue } from "./catalogue.ts";
import { activeTab, placeOf, useDocuments } from "./documents.ts";
import { lead } from "./lead.ts";
import { refused } from "./running.ts";
import { useSelection } from "./selection.ts";
import { useSession } from "./session.ts";
import { useUi } from "./ui.ts";

/** The kind under which a drag carries an artifact. */
export const ARTIFACT = "application/x-latentgraph-artifact";

/** The artifact that a drag carries, or null. */
export function artifactIn(event: { readonly dataTransfer: DataTransfer }): SavedArtifact | null {
  const text = event.dataTransfer.getData(ARTIFACT);
  if (!text) return null;
  try {
    return JSON.parse(text) as SavedArtifact;
  } catch {
    return null; // another page's
  }
}

interface GalleryState {
  readonly artifacts: readonly SavedArtifact[];
  readonly cursor: string | null;
  readonly search: string;
  /** One media type, or such as `image/*`; empty for all. */
  readonly mediaType: string;
  readonly loaded: boolean;
  readonly loading: boolean;
  readonly error: string;
  refresh(): Promise<void>;
  more(): Promise<void>;
  find(search: string, mediaType: string): void;
  /** Delete jobs with the files that only they have. */
  remove(jobs: ReadonlySet<string>): Promise<void>;
}

const PAGE = "60";

export const useGallery = create<GalleryState>()((set, get) => {
  const page = (cursor: string | null) => {
    const { search, mediaType } = get();
    return listArtifacts({
      limit: PAGE,
      ...(search ? { search } : {}),
      ...(mediaType ? { media_type: mediaType } : {}),
      ...(cursor === null ? {} : { cursor }),
    });
  };
  return {
    artifacts: [],
    cursor: null,
    search: "",
    mediaType: "image/*",
    loaded: false,
    loading: false,
    error: "",
    async refresh() {
      const { search, mediaType } = get();
      set({ loading: true });
      try {
        const { artifacts, cursor } = await page(null);
        if (get().search !== search || get().mediaType !== mediaType) return; // asked anew since
        const last = artifacts.at(-1);
        const at = last ? get().artifacts.findIndex((one) => one.digest === last.digest) : -1;
        const fresh = new Set(artifacts.map((one) => one.digest));
        const older =
          at < 0
            ? []
            : get()
                .artifacts.slice(at + 1)
                .filter((one) => !fresh.has(one.digest));
        set({
          artifacts: [...artifacts, ...older],
          cursor: older.length > 0 ? get().cursor : cursor,
          loaded: true,
          loading: false,
          error: "",
        });
      } catch (error) {
        set({ error: error instanceof Error ? error.message : String(error), loaded: true, loading: false });
      }
    },
    async more() {
      const { cursor, loading } = get();
      if (cursor === null || loading) return;
      set({ loading: true });
      try {
        const next = await page(cursor);
        const known = new Set(get().artifacts.map((one) => one.digest));
        const fresh = next.artifacts.filter((one) => !known.has(one.digest));
        set({ artifacts: [...get().artifacts, ...fresh], cursor: next.cursor });
      } catch (error) {
        refused(error);
      } finally {
        set({ loading: false });
      }
    },
    find(search, mediaType) {
      set({ search, mediaType, artifacts: [], cursor: null, loaded: false });
      void get().refresh();
    },
    async remove(jobs) {
      try {
        for (const job of jobs) await deleteJob(job, true);
      } catch (error) {
        refused(error);
      }
      set({ artifacts: get().artifacts.filter((one) => !jobs.has(one.job)) });
      await get().refresh();
    },
  };
});

/** Keep the gallery current while it is shown; returns what ends it. */
export function watchGallery(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void useGallery.getState().refresh();
    }, 400);
  };
  const count = (runs: ReturnType<typeof useSession.getState>["runs"]) =>
    [...runs.values()].reduce((sum, run) => sum + run.artifacts.length, 0);
  const stop = useSession.subscribe((state, before) => {
    if (state.connection === "open" && before.connection !== "open") soon();
    else if (state.runs !== before.runs && count(state.runs) !== count(before.runs)) soon();
  });
  void useGallery.getState().refresh();
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** Open the workflow that made an artifact in a tab of its own, and show its run there. */
export async function openMaking(artifact: Artifact & { readonly job?: string }): Promise<void> {
  try {
    const { document } = await readMaking(artifact.digest, artifact.job);
    const name = textIn(document, ["name"]) || artifact.name;
    useDocuments.getState().open(document, { kind: "file", name });
    useUi.getState().setView("canvas");
  } catch (error) {
    refused(error);
  }
}

/**
 * Use a picture as input: of the selected node that takes one, else of a new node that loads it. The document
 * names it as an upload.
 */
export async function takeAsInput(artifact: Artifact): Promise<void> {
  if (!activeTab(useDocuments.getState())) return;
  try {
    takeUpload(await referenceTo(artifact), artifact.name);
  } catch (error) {
    refused(error);
  }
}

/** The same with a picture that is an upload already. */
export function takeUpload(reference: string, name: string): void {
  const target = selectedPictureInput();
  if (target) setPicture(target.node, target.input, reference, name);
  else addLoader(reference, name);
}

function setPicture(node: string, input: string, reference: string, name: string): void {
  useDocuments
    .getState()
    .edit(t("edit.use_picture", { name }), (workflow, place) =>
      setInput(workflow, place, node, input, reference),
    );
  useUi.getState().say({ tone: "good", text: t("gallery.used", { name }) });
  reveal(node);
}

function reveal(node: string): void {
  const tab = activeTab(useDocuments.getState());
  if (tab) lead(node, placeOf(tab));
}

/** The input for a picture of the one node that is selected. */
function selectedPictureInput(): { readonly node: string; readonly input: string } | null {
  const tab = activeTab(useDocuments.getState());
  const [id, ...others] = useSelection.getState().nodes;
  if (!tab || id === undefined || others.length > 0) return null;
  const { present } = tab.history;
  const node = bodyAt(present, placeOf(tab)).nodes.get(id);
  if (!node) return null;
  const face = faceOf(present, node, useCatalogue.getState().catalogue);
  const input = face.inputs.find(
    (one) => schemaOf(one.schema)?.fileKind === "image" && !linkOf(node.inputs.get(one.name)),
  );
  return input ? { node: id, input: input.name } : null;
}

/** Add the first node type that takes nothing but a picture file. */
function addLoader(reference: string, name: string): void {
  const { catalogue } = useCatalogue.getState();
  const loaders = Object.keys(catalogue.nodes).flatMap((type) => {
    const inputs = specFace(type, catalogue).inputs;
    const picture = inputs.find((one) => schemaOf(one.schema)?.fileKind === "image");
    return picture ? [{ type, input: picture.name, count: inputs.length }] : [];
  });
  const [loader] = loaders.toSorted((one, other) => one.count - other.count);
  if (!loader) {
    useUi.getState().say({ tone: "bad", text: t("gallery.no_loader") });
    return;
  }
  let added = "";
  useDocuments.getState().edit(t("edit.use_picture", { name }), (workflow, place) => {
    const taken = [...bodyAt(workflow, place).layout.positions.values()];
    const at = [
      Math.min(0, ...taken.map(([x]) => x)) - 320,
      Math.min(0, ...taken.map(([, y]) => y)),
    ] as const;
    const version = catalogue.nodes[loader.type]?.version ?? 1;
    const inputs = new Map([[loader.input, reference]]);
    const made = addNode(workflow, place, { type: loader.type, version, at, inputs });
    added = made.id;
    return made.workflow;
  });
  reveal(added);
}
