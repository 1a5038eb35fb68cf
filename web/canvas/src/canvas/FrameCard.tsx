/** A frame around nodes: its title is what it is moved by, its corner what it is sized by. */

import "./annotation.css";
import { editAnnotation } from "../graph/commands/annotations.ts";
import type { Annotation } from "../graph/workflow.ts";
import { useT, t as words } from "../i18n/i18n.ts";
import { useDocuments } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import { ResizeGrip } from "./ResizeGrip.tsx";
import { TitleField } from "./TitleField.tsx";

interface Props {
  readonly data: { readonly annotation: Annotation };
  readonly selected: boolean;
}

export function FrameCard({ data: { annotation }, selected }: Props) {
  const t = useT();
  const { id, text, box, colour } = annotation;
  const renaming = useGestures((state) => state.renaming === `frame:${id}`);
  return (
    <section
      className="frame-card"
      aria-label={text || t("frame.untitled")}
      data-selected={selected || undefined}
      style={colour ? { "--frame-colour": colour } : undefined}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: renaming is an action with a key too */}
      <header
        className="frame-title annotation-grip"
        onDoubleClick={() => useGestures.getState().rename(`frame:${id}`)}
      >
        {renaming ? (
          <TitleField
            label={t("frame.title")}
            value={text}
            done={(value) => editFrame(id, { text: value })}
          />
        ) : (
          <span>{text || t("frame.untitled")}</span>
        )}
      </header>
      <ResizeGrip
        label={t("frame.resize")}
        size={[box.width, box.height]}
        least={[120, 80]}
        resize={([width, height]) => editFrame(id, { box: { ...box, width, height } }, `resize frame:${id}`)}
      />
    </section>
  );
}

type Change = Parameters<typeof editAnnotation>[4];

function editFrame(id: string, change: Change, mark?: string): void {
  useDocuments
    .getState()
    .edit(
      words(change.box ? "edit.resize" : "edit.rename"),
      (workflow, place) => editAnnotation(workflow, place, "frames", id, change),
      mark,
    );
}
