import "./library.css";
import { type FormEvent, useState } from "react";
import { useT } from "../../i18n/i18n.ts";
import { nameOf, useDocuments } from "../../state/documents.ts";
import { save, saveAs, useSaving } from "../../state/saving.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { tagsIn } from "./tags.ts";

/** Into the library: under a name of its own, or as the next version with a note. */
export function SaveDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const { key } = about as { readonly key: string };
  const tab = useDocuments(({ tabs }) => tabs.find((one) => one.key === key));
  const saving = useSaving((state) => state.saving.has(key));
  const kept = tab?.origin.kind === "library";
  const [name, setName] = useState(tab ? nameOf(tab.history.present) || t("tab.untitled") : "");
  const [tags, setTags] = useState("");
  const [note, setNote] = useState("");
  const wanted = name.trim();
  const asNew = async () => {
    if (wanted && (await saveAs(key, { name: wanted, tags: tagsIn(tags), note }))) close();
  };
  const asNext = async () => {
    close(); // a conflict opens a dialog of its own
    await save(key, note);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void (kept ? asNext() : asNew());
  };
  return (
    <Dialog
      title={t(kept ? "save.title_again" : "save.title")}
      close={close}
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button
            tone={kept ? "plain" : "accent"}
            isDisabled={!wanted || saving}
            onPress={() => void asNew()}
          >
            {t(kept ? "save.as_new" : "file.save")}
          </Button>
          {kept && (
            <Button tone="accent" icon="save" isDisabled={saving} onPress={() => void asNext()}>
              {t("save.as_next")}
            </Button>
          )}
        </>
      }
    >
      <form className="library-form" onSubmit={submit}>
        <label className="field">
          <span>{t("save.name")}</span>
          <input
            autoFocus
            maxLength={200}
            value={name}
            onFocus={(event) => event.target.select()}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{t("save.tags")}</span>
          <input
            value={tags}
            placeholder={t("save.tags_how")}
            onChange={(event) => setTags(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{t("save.note")}</span>
          <textarea maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
