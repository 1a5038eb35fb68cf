import "./library.css";
import { useT } from "../../i18n/i18n.ts";
import { thumbnailAddress, type Upload } from "../../server/api.ts";
import { activeTab, isReadOnly, useDocuments } from "../../state/documents.ts";
import { takeUpload } from "../../state/gallery.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

/** A picture that carries no workflow: it can be an input of the one that is open. */
export function DroppedPictureDialog({
  about,
  close,
}: {
  readonly about: unknown;
  readonly close: () => void;
}) {
  const t = useT();
  const sent = about as Upload;
  const tab = useDocuments(activeTab);
  const use = () => {
    close();
    takeUpload(sent.reference, sent.name);
  };
  return (
    <Dialog
      title={t("picture.title")}
      close={close}
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button tone="accent" icon="image" isDisabled={!tab || isReadOnly(tab)} onPress={use}>
            {t("picture.use")}
          </Button>
        </>
      }
    >
      <p>{t("picture.body", { name: sent.name })}</p>
      <img
        className="dropped-picture"
        src={thumbnailAddress("uploads", sent.reference)}
        alt={t("picture.alt", { name: sent.name })}
      />
    </Dialog>
  );
}
