/** Which picture lies under what is drawn: that of a node nearby, one that is sent now, or none. */

import { useRef } from "react";
import { useT } from "../i18n/i18n.ts";
import { useDrawing, useSurface } from "../state/drawing.ts";
import { uploadAddress, useUnderlays } from "../state/underlays.ts";
import { upload } from "../state/uploads.ts";
import { Button } from "../ui/Button.tsx";

export function UnderlayField({ node }: { readonly node: string }) {
  const t = useT();
  const offered = useUnderlays(node);
  const { underlay } = useSurface(node);
  const setSurface = useDrawing((state) => state.setSurface);
  const chooser = useRef<HTMLInputElement>(null);
  const take = async (address: string) => {
    if (address === "") return setSurface(node, { underlay: "" });
    const aspect = await aspectOf(address);
    if (aspect !== null) setSurface(node, { underlay: address, aspect });
  };
  const send = async (file: File | undefined) => {
    const sent = file && (await upload(file, true));
    const address = sent && uploadAddress(sent.reference);
    if (address) await take(address);
  };
  const known = underlay === "" || offered.some((one) => one.address === underlay);
  return (
    <>
      <label className="editor-field">
        {t("editor.underlay")}
        <select value={underlay} onChange={(event) => void take(event.target.value)}>
          <option value="">{t("editor.underlay.none")}</option>
          {offered.map((one) => (
            <option key={one.address} value={one.address}>
              {one.title}
            </option>
          ))}
          {!known && <option value={underlay}>{t("editor.underlay.sent")}</option>}
        </select>
      </label>
      <Button icon="upload" onPress={() => chooser.current?.click()}>
        {t("editor.underlay.send")}
      </Button>
      <input
        ref={chooser}
        hidden
        type="file"
        accept="image/png,image/jpeg,image/webp"
        onChange={(event) => {
          void send(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Width over height of a picture; null where it can not be read. */
async function aspectOf(address: string): Promise<number | null> {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    return image.naturalWidth / image.naturalHeight;
  } catch {
    return null;
  }
}
