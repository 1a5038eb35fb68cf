import "./library.css";
import { useLanguage, useT } from "../../i18n/i18n.ts";
import { nameOf, useDocuments } from "../../state/documents.ts";
import { type Conflict, keepMine, saveCopy, takeTheirs } from "../../state/saving.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { shownMoment } from "../../ui/moment.ts";
import { DifferenceList } from "./DifferenceList.tsx";

/** Somebody else saved meanwhile: what each has done, and the ways on. None of them loses anything. */
export function ConflictDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const language = useLanguage((state) => state.language);
  const conflict = about as Conflict;
  const { key, theirs } = conflict;
  const tab = useDocuments(({ tabs }) => tabs.find((one) => one.key === key));
  if (!tab) return null;
  const { present } = tab.history;
  const name = nameOf(present) || t("tab.untitled");
  const { shown } = theirs;
  const when = shownMoment(shown.time, language);
  const facts = shown.author
    ? t("conflict.by", { version: shown.number, author: shown.author, when })
    : t("conflict.when", { version: shown.number, when });
  const go = (work: () => unknown) => () => {
    close();
    void work();
  };
  return (
    <Dialog
      title={t("conflict.title", { name })}
      close={close}
      size="large"
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <span className="grow" />
          <Button onPress={go(() => takeTheirs(key, theirs))}>{t("conflict.theirs")}</Button>
          <Button onPress={go(() => saveCopy(key))}>{t("conflict.copy")}</Button>
          <Button tone="accent" onPress={go(() => keepMine(conflict))}>
            {t("conflict.mine")}
          </Button>
        </>
      }
    >
      <p>{facts}</p>
      {shown.note && <blockquote className="library-note">{shown.note}</blockquote>}
      <div className="library-columns">
        <section>
          <h3>{t("conflict.they_did")}</h3>
          <DifferenceList before={tab.saved} after={theirs.workflow} none={t("diff.none")} />
        </section>
        <section>
          <h3>{t("conflict.you_did")}</h3>
          <DifferenceList before={tab.saved} after={present} none={t("diff.none")} />
        </section>
      </div>
      <p className="quiet">{t("conflict.safe")}</p>
    </Dialog>
  );
}
