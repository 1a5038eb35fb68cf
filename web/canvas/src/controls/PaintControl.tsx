/** A painted picture, of a mask or a label map: small on the node, painted full screen, sent when one leaves. */

import "./drawing-control.css";
import { useState } from "react";
import { useT } from "../i18n/i18n.ts";
import { thumbnailAddress } from "../server/api.ts";
import { openDrawing } from "../state/drawing.ts";
import { usePaintingKey, usePaintings } from "../state/paintings.ts";
import { uploadAddress } from "../state/underlays.ts";
import { Button } from "../ui/Button.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";
import { useSent } from "./use-sent.ts";

export function PaintControl(props: ControlProps) {
  const { node, input } = props;
  const t = useT();
  const key = usePaintingKey(node, input.name);
  const sending = usePaintings((state) => state.sendings.get(key));
  const { send } = usePaintings.getState();
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";
  useSent(props);
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
