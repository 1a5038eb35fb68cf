/** What a sweep gave: a tile for each of its runs, with the values that it had. */

import "./sweep.css";
import { useEffect, useMemo, useState } from "react";
import { fromPlain, isArray, type Plain, toPlain, writeJson } from "../graph/json.ts";
import { bodyAt, type Workflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { type Artifact, readJobDocument, thumbnailAddress } from "../server/api.ts";
import type { Run } from "../state/run.ts";
import { readRun, refused, SWEEP, steer } from "../state/running.ts";
import { useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { type How, rowsOf } from "./sweep-values.ts";

interface Props {
  /** The job's id. */
  readonly about: unknown;
  readonly close: () => void;
}

export function ResultsDialog({ about, close }: Props) {
  const t = useT();
  const job = String(about);
  const run = useSession((state) => state.runs.get(job) ?? null);
  const rows = useRows(job);
  const tiles = useMemo(() => (run ? itemsOf(run) : new Map<number, Item>()), [run]);
  const isRunning = run?.status === "running" || run?.status === "queued";
  const over = [...tiles.values()].filter((one) => one.isOver).length;
  return (
    <Dialog
      title={t("results.title")}
      close={close}
      size="full"
      footer={
        <>
          <span className="grow" role="status">
            {rows && t("results.progress", { done: over, count: rows.length })}
          </span>
          {isRunning && (
            <Button icon="stop" onPress={() => void steer(job, "cancel")}>
              {t("run.cancel")}
            </Button>
          )}
          <Button onPress={close}>{t("dialog.close")}</Button>
        </>
      }
    >
      {rows === null ? (
        <p className="panel-empty">{t("panel.loading")}</p>
      ) : (
        <ul className="results-grid">
          {rows.map((row, index) => (
            <Tile key={[...row.values()].map(shownValue).join(" ")} row={row} item={tiles.get(index)} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

interface Item {
  readonly artifacts: readonly Artifact[];
  readonly status: "running" | "failed" | "done";
  readonly isOver: boolean;
  readonly error: string;
}

/** What each row of a sweep has so far. */
function itemsOf(run: Run): Map<number, Item> {
  const found = new Map<number, Item>();
  const start = new RegExp(`^${SWEEP}\\[(\\d+)\\]/([^/]+)$`);
  const finished = run.status !== "running" && run.status !== "queued";
  for (const [path, node] of run.nodes) {
    const row = start.exec(path)?.[1];
    if (row === undefined) continue;
    const before = found.get(Number(row)) ?? { artifacts: [], status: "done", isOver: true, error: "" };
    const isOver = finished || (node.status !== "running" && node.status !== "waiting");
    found.set(Number(row), {
      artifacts: [...before.artifacts, ...node.artifacts],
      status:
        node.status === "failed" || before.status === "failed"
          ? "failed"
          : isOver
            ? before.status
            : "running",
      isOver: before.isOver && isOver,
      error: before.error || (node.error?.message ?? ""),
    });
  }
  return found;
}

/** The rows of a sweep, from the document that its job runs; null until that is read. */
function useRows(job: string): ReadonlyMap<string, Plain>[] | null {
  const [rows, setRows] = useState<ReadonlyMap<string, Plain>[] | null>(null);
  useEffect(() => {
    let isHere = true;
    Promise.all([readJobDocument(job), readRun(job)])
      .then(([document]) => isHere && setRows(sweptRows(document)))
      .catch(refused);
    return () => {
      isHere = false;
    };
  }, [job]);
  return rows;
}

/** The table of a document that a sweep is. */
export function sweptRows(document: Workflow): ReadonlyMap<string, Plain>[] {
  const inputs = bodyAt(document, null).nodes.get(SWEEP)?.inputs;
  const each = inputs?.get("each");
  const names = isArray(each) ? each.filter((one) => typeof one === "string") : [];
  const how: How = inputs?.get("how") === "product" ? "product" : "zip";
  const columns = new Map(
    names.map((name) => {
      const values = inputs?.get(name);
      return [name, isArray(values) ? values.map(toPlain) : []] as const;
    }),
  );
  return rowsOf(columns, how);
}

interface TileProps {
  readonly row: ReadonlyMap<string, Plain>;
  readonly item: Item | undefined;
}

function Tile({ row, item }: TileProps) {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  const pictures = item?.artifacts.filter((one) => one.media_type.startsWith("image/")) ?? [];
  const last = pictures.at(-1);
  const name = [...row].map(([key, value]) => `${key} ${shownValue(value)}`).join(", ");
  return (
    <li className="result" data-status={item?.status ?? "waiting"}>
      {last ? (
        <button
          type="button"
          aria-label={t("gallery.open", { name })}
          onClick={() => openDialog("picture", { pictures, at: last.digest })}
        >
          <img src={thumbnailAddress("artifacts", last.digest, 256)} alt="" loading="lazy" />
        </button>
      ) : (
        <span className="result-empty" title={item?.error}>
          {item?.status === "failed"
            ? t("node.status.failed")
            : item?.isOver
              ? t("results.nothing")
              : t(item ? "node.status.running" : "node.status.waiting")}
        </span>
      )}
      <dl className="result-labels">
        {[...row].map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd title={shownValue(value)}>{shownValue(value)}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function shownValue(value: Plain): string {
  return typeof value === "string" ? value : writeJson(fromPlain(value));
}
