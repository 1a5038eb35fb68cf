import { type FormEvent, useEffect, useRef, useState } from "react";
import { useLanguage, useT } from "../../i18n/i18n.ts";
import { deleteWorkflow, unbinWorkflow, type WorkflowSummary } from "../../server/library.ts";
import { useMay } from "../../state/access.ts";
import { useDocuments } from "../../state/documents.ts";
import { bin, describe, duplicateKept } from "../../state/library.ts";
import { openAsked } from "../../state/opening.ts";
import { exportKept } from "../../state/saving.ts";
import { sayTrouble } from "../../state/trouble.ts";
import { useUi } from "../../state/ui.ts";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import type { MenuEntry } from "../../ui/MenuButton.tsx";
import { MenuButton } from "../../ui/MenuButton.tsx";
import { shownMoment } from "../../ui/moment.ts";
import { tagsIn } from "./tags.ts";

interface Props {
  readonly kept: WorkflowSummary;
  readonly close: () => void;
  /** Told after a change of the library. */
  readonly changed: () => void;
  readonly findTag: (tag: string) => void;
}

type Doing = "name" | "tags" | "delete" | null;

/** A workflow of the library, and what can be done with it. */
export function KeptLine({ kept, close, changed, findTag }: Props) {
  const t = useT();
  const language = useLanguage((state) => state.language);
  const mayEdit = useMay("edit");
  const [doing, setDoing] = useState<Doing>(null);
  const { id, name, tags, updated, version, thumbnail, deleted } = kept;
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
      changed();
    } catch (error) {
      sayTrouble(error);
    }
  };
  const open = async () => {
    if (await openAsked({ kind: "library", id })) close();
  };
  const openTo = async (dialog: string) => {
    if (!(await openAsked({ kind: "library", id }))) return;
    useUi.getState().openDialog(dialog, { key: useDocuments.getState().active });
  };
  const entries: readonly (MenuEntry | null)[] = [
    { id: "name", title: t("library.rename"), isDisabled: !mayEdit, run: () => setDoing("name") },
    { id: "tags", title: t("library.tags"), isDisabled: !mayEdit, run: () => setDoing("tags") },
    {
      id: "duplicate",
      title: t("library.duplicate"),
      isDisabled: !mayEdit,
      run: () => void attempt(() => duplicateKept(kept)),
    },
    null,
    { id: "versions", title: t("file.versions"), run: () => void openTo("versions") },
    { id: "share", title: t("file.share"), isDisabled: !mayEdit, run: () => void openTo("share") },
    null,
    { id: "export", title: t("file.export"), run: () => void exportKept(id, name, false) },
    { id: "lock", title: t("library.export_lock"), run: () => void exportKept(id, name, true) },
    null,
    {
      id: "bin",
      title: t("library.to_bin"),
      tone: "danger",
      isDisabled: !mayEdit,
      run: () => void attempt(() => bin(kept, changed)),
    },
  ];
  return (
    <li className="kept">
      <div className="kept-picture">
        {thumbnail ? <img src={thumbnail} alt="" loading="lazy" /> : <Icon name="canvas" size={20} />}
      </div>
      <div className="kept-about">
        <button type="button" className="kept-name" onClick={() => void open()}>
          {name}
        </button>
        <p className="quiet">
          {t("versions.version", { number: version })} · {shownMoment(deleted ?? updated, language)}
        </p>
        {tags.length > 0 && (
          <p className="kept-tags">
            {tags.map((tag) => (
              <button type="button" key={tag} className="kept-tag" onClick={() => findTag(tag)}>
                {tag}
              </button>
            ))}
          </p>
        )}
        {(doing === "name" || doing === "tags") && (
          <EditLine
            label={t(doing === "name" ? "save.name" : "save.tags_how")}
            value={doing === "name" ? name : tags.join(", ")}
            cancel={() => setDoing(null)}
            take={(text) => {
              setDoing(null);
              const change = doing === "name" ? { name: text.trim() } : { tags: tagsIn(text) };
              void attempt(() => describe(kept, change));
            }}
          />
        )}
      </div>
      {deleted === null ? (
        <MenuButton label={t("library.more_for", { name })} entries={entries} />
      ) : (
        <div className="kept-actions">
          <Button isDisabled={!mayEdit} onPress={() => void attempt(() => unbinWorkflow(id))}>
            {t("library.restore")}
          </Button>
          {doing === "delete" ? (
            <Button tone="danger" onPress={() => void attempt(() => deleteWorkflow(id, true))}>
              {t("library.delete_sure")}
            </Button>
          ) : (
            <Button tone="danger" isDisabled={!mayEdit} onPress={() => setDoing("delete")}>
              {t("library.delete")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

interface EditLineProps {
  readonly label: string;
  readonly value: string;
  readonly take: (text: string) => void;
  readonly cancel: () => void;
}

function EditLine({ label, value, take, cancel }: EditLineProps) {
  const t = useT();
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take(text);
  };
  return (
    <form className="kept-edit" onSubmit={submit}>
      <input
        ref={field}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation(); // of the field, not of the dialog
          cancel();
        }}
      />
      <Button type="submit" tone="accent">
        {t("dialog.done")}
      </Button>
    </form>
  );
}
