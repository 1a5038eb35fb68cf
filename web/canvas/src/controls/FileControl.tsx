import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { schemaOf } from "../graph/control-kind.ts";
import { useT } from "../i18n/i18n.ts";
import { referenceTo, thumbnailAddress } from "../server/api.ts";
import { artifactIn } from "../state/gallery.ts";
import { refused } from "../state/running.ts";
import { upload } from "../state/uploads.ts";
import { Button } from "../ui/Button.tsx";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";
import "./file-control.css";
import { freshId } from "../state/fresh-id.ts";

/** A file: dropped, pasted or chosen, and sent to the server. A picture shows what it is. */
export function FileControl(props: ControlProps) {
  const t = useT();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const picture = schemaOf(props.input.schema)?.fileKind === "image";
  const now = currentValue(props);
  const name = typeof now === "string" ? now : "";

  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    const sent = await upload(file, picture);
    setBusy(false);
    if (sent) props.set(sent.reference, freshId());
  };
  const dropped = (event: DragEvent) => {
    setOver(false);
    const saved = artifactIn(event);
    if (saved) {
      event.preventDefault();
      event.stopPropagation();
      void referenceTo(saved).then((reference) => props.set(reference, freshId()), refused);
      return;
    }
    const file = event.dataTransfer.files[0];
    if (!file) return; // something else of the page: the canvas knows what to do
    event.preventDefault();
    event.stopPropagation();
    void take(file);
  };
  const pasted = (event: ClipboardEvent) => {
    const file = event.clipboardData.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void take(file);
  };
  return (
    <section
      className="file-control"
      aria-label={props.label}
      data-over={over || undefined}
      data-picture={picture || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      onPaste={pasted}
    >
      {picture && <PictureOf key={name} name={name} busy={busy} />}
      <div className="file-row">
        <input
          className="control-field"
          type="text"
          {...fieldProps(props)}
          aria-label={t("file.name", { label: props.label })}
          placeholder={t("file.none")}
          value={name}
          onChange={(event) => props.set(event.target.value)}
        />
        <Button
          icon="upload"
          aria-label={t("file.choose", { label: props.label })}
          onPress={() => chooser.current?.click()}
        >
          {t("file.browse")}
        </Button>
      </div>
      <input
        ref={chooser}
        hidden
        type="file"
        {...(picture ? { accept: "image/png,image/jpeg,image/webp" } : {})}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </section>
  );
}

const REFERENCE = /^blake3:[0-9a-f]{64}$/;

/** A small picture of the file, wherever the server has it: among the uploads, or among the artifacts. */
function PictureOf({ name, busy }: { readonly name: string; readonly busy: boolean }) {
  const t = useT();
  const [place, setPlace] = useState<"uploads" | "artifacts" | null>("uploads");
  const known = REFERENCE.test(name);
  if (busy || !known || place === null) {
    const words = busy ? "file.sending" : known ? "file.gone" : "file.drop";
    return <p className="file-drop">{t(words)}</p>;
  }
  return (
    <img
      className="file-picture"
      src={thumbnailAddress(place, name, 512)}
      alt={t("file.picture")}
      draggable={false}
      onError={() => setPlace(place === "uploads" ? "artifacts" : null)}
    />
  );
}
