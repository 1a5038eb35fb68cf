import { useT } from "../../i18n/i18n.ts";
import { useMay } from "../../state/access.ts";
import { nameOf, useDocuments } from "../../state/documents.ts";
import { exportFile, save } from "../../state/saving.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

/** Asked before a tab is closed whose changes are saved nowhere. */
export function CloseDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const { key } = about as { readonly key: string };
  const mayEdit = useMay("edit");
  const tab = useDocuments(({ tabs }) => tabs.find((one) => one.key === key));
  const name = tab ? nameOf(tab.history.present) || t("tab.untitled") : "";
  const leave = () => {
    close();
    useDocuments.getState().close(key);
  };
  const saveFirst = async () => {
    close();
    if (await save(key)) useDocuments.getState().close(key);
  };
  return (
    <Dialog
      title={t("close.title", { name })}
      close={close}
      footer={
        <>
          <Button icon="download" tone="quiet" onPress={() => tab && exportFile(tab)}>
            {t("file.export")}
          </Button>
          <span className="grow" />
          <Button tone="danger" onPress={leave}>
            {t("close.leave")}
          </Button>
          <Button tone="accent" icon="save" isDisabled={!mayEdit} onPress={() => void saveFirst()}>
            {t("file.save")}
          </Button>
        </>
      }
    >
      <p>{t("close.body")}</p>
    </Dialog>
  );
}
