/** A note: plain text on the canvas, written where it stands. */

import "./annotation.css";
import { useEffect, useRef } from "react";
import { editAnnotation } from "../graph/commands/annotations.ts";
import type { Annotation } from "../graph/workflow.ts";
import { useT, t as words } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { surfaceElement } from "../state/surface.ts";
import { ResizeGrip } from "./ResizeGrip.tsx";

interface Props {
  readonly data: { readonly annotation: Annotation };
  readonly selected: boolean;
}

export function NoteCard({ data: { annotation }, selected }: Props) {
  const t = useT();
  const { id, text, box, colour } = annotation;
  const field = useRef<HTMLTextAreaElement>(null);
  const writing = useGestures((state) => state.renaming === `note:${id}`);
  useEffect(() => {
    if (!writing) return;
    field.current?.focus({ preventScroll: true });
    useGestures.getState().rename(null);
  }, [writing]);
  return (
    <section
      className="note-card"
      aria-label={t("note.label")}
      data-selected={selected || undefined}
      style={colour ? { "--note-colour": colour } : undefined}
    >
      <div className="note-grip annotation-grip" />
      <textarea
        ref={field}
        className="nodrag nowheel"
        aria-label={t("note.text")}
        placeholder={t("note.empty")}
        value={text}
        onChange={(event) => editNote(id, { text: event.target.value }, `note ${id}`)}
        onKeyDown={(event) => event.key === "Escape" && surfaceElement()?.focus({ preventScroll: true })}
        onBlur={() => useDocuments.getState().settle()}
      />
      <ResizeGrip
        label={t("note.resize")}
        size={[box.width, box.height]}
        least={[120, 72]}
        resize={([width, height]) => editNote(id, { box: { ...box, width, height } }, `resize note:${id}`)}
      />
    </section>
  );
}

function editNote(id: string, change: Parameters<typeof editAnnotation>[4], mark: string): void {
  useDocuments
    .getState()
    .edit(
      words(change.box ? "edit.resize" : "edit.note"),
      (workflow, place) => editAnnotation(workflow, place, "notes", id, change),
      mark,
    );
}
