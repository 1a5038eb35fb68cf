/** A painted picture, of a mask or a label map: small on the node, painted full screen, sent when one leaves. */

import "./drawing-control.css";
import { useEffect, useState } from "react";
import { setInput } from "../graph/commands/inputs.ts";
import { writePalette } from "../graph/painting/palette.ts";
import { useT } from "../i18n/i18n.ts";
import { thumbnailAddress } from "../server/api.ts";
import { useDocuments } from "../state/documents.ts";
import { openDrawing } from "../state/drawing.ts";
import { freshId } from "../state/fresh-id.ts";
import { type NodeLabels, useLabels } from "../state/labels.ts";
import { usePaintingKey, usePaintings } from "../state/paintings.ts";
import { uploadAddress } from "../state/underlays.ts";
import { Button } from "../ui/Button.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";

export function PaintControl(props: ControlProps) {
  const { node, input } = props;
  const t = useT();
  const key = usePaintingKey(node, input.name);
  const sending = usePaintings((state) => state.sendings.get(key));
  const { send } = usePaintings.getState();
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";
  useSent(props, key, useLabels(node));
  return (
    <div className="drawing-control">
      <div className="drawing-view">
        <PaintedPicture key={name} name={name} label={props.label} />
      </div>
      {sending?.state === "failed" && (
        <p className="drawing-trouble" role="alert">
          <span>{t("paint.not_sent", { why: sending.why })}</span>
          <Button onPress={() => void send(key, sending.raster, sending.labels)}>{t("paint.again")}</Button>
        </p>
      )}
      <Button
        icon="brush"
        aria-label={t("paint.open_of", { label: props.label })}
        {...(props.wrong ? { "aria-describedby": props.wrong } : {})}
        onPress={() => openDrawing("paint", props)}
      >
        {t(sending?.state === "sending" ? "file.sending" : "paint.open")}
      </Button>
    </div>
  );
}

function PaintedPicture({ name, label }: { readonly name: string; readonly label: string }) {
  const t = useT();
  const [gone, setGone] = useState(false);
  const known = uploadAddress(name) !== null;
  if (!known || gone) {
    return <p className="drawing-empty">{known ? t("file.gone") : name || t("paint.empty")}</p>;
  }
  return (
    <img
      className="drawing-picture"
      src={thumbnailAddress("uploads", name, 512)}
      alt={label}
      draggable={false}
      onError={() => setGone(true)}
    />
  );
}

/** Put a painting that was sent into the document: the file, and its labels, in one step. */
function useSent({ node, input, set }: ControlProps, key: string, palette: NodeLabels | null): void {
  const t = useT();
  const sending = usePaintings((state) => state.sendings.get(key));
  useEffect(() => {
    if (sending?.state !== "sent") return;
    usePaintings.getState().forget(key);
    const mark = freshId();
    const { labels } = sending;
    if (labels && palette && !palette.linked) {
      const written = writePalette(labels);
      useDocuments
        .getState()
        .edit(
          t("edit.set", { title: input.title }),
          (workflow, place) => setInput(workflow, place, node, palette.input, written),
          mark,
        );
    }
    set(sending.reference, mark);
  }, [sending, key, palette, node, input.title, set, t]);
}
