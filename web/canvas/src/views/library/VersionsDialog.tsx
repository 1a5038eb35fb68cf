import "./library.css";
import { useEffect, useState } from "react";
import type { Workflow } from "../../graph/workflow.ts";
import { useLanguage, useT } from "../../i18n/i18n.ts";
import { listVersions, readVersion, restoreVersion, type VersionView } from "../../server/library.ts";
import { useMay } from "../../state/access.ts";
import { isChanged, nameOf, useDocuments } from "../../state/documents.ts";
import { describe } from "../../state/library.ts";
import { openDocument } from "../../state/opening.ts";
import { takeTheirs } from "../../state/saving.ts";
import { sayTrouble, wordsOfTrouble } from "../../state/trouble.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { shownMoment } from "../../ui/moment.ts";
import { DifferenceList } from "./DifferenceList.tsx";

/** Every version of a workflow, with what differs between it and what is open, or the version before it. */
export function VersionsDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const mayEdit = useMay("edit");
  const { key } = about as { readonly key: string };
  const tab = useDocuments(({ tabs }) => tabs.find((one) => one.key === key));
  const origin = tab?.origin.kind === "library" ? tab.origin : null;
  const id = origin?.id ?? "";
  const [versions, setVersions] = useState<readonly VersionView[] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const [trouble, setTrouble] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again after each change of the library
  useEffect(() => {
    listVersions(id).then(setVersions, (error: unknown) => setTrouble(wordsOfTrouble(error)));
  }, [id, origin?.etag]);
  if (!tab || !origin) return null;
  const number = chosen ?? versions?.[0]?.number ?? null;
  const version = versions?.find((one) => one.number === number);
  const restore = async () => {
    if (!version) return;
    try {
      takeTheirs(key, await restoreVersion(id, origin.etag, version.number));
      close();
    } catch (error) {
      sayTrouble(error);
    }
  };
  const openCopy = async () => {
    if (!version) return;
    try {
      openDocument(await readVersion(id, version.number), { kind: "new" });
      close();
    } catch (error) {
      sayTrouble(error);
    }
  };
  return (
    <Dialog
      title={t("versions.title", { name: nameOf(tab.history.present) || t("tab.untitled") })}
      close={close}
      size="large"
      footer={
        <>
          {isChanged(tab) && <span className="grow">{t("versions.unsaved")}</span>}
          <Button isDisabled={!version} onPress={() => void openCopy()}>
            {t("versions.open_copy")}
          </Button>
          <Button
            tone="accent"
            icon="retry"
            isDisabled={!version || !mayEdit || number === versions?.[0]?.number}
            onPress={() => void restore()}
          >
            {t("versions.restore")}
          </Button>
        </>
      }
    >
      {trouble && (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
      <div className="library-columns">
        <ul className="version-list" aria-label={t("versions.list")}>
          {versions?.map((one) => (
            <VersionLine
              key={one.number}
              version={one}
              isChosen={one.number === number}
              choose={() => setChosen(one.number)}
            />
          ))}
        </ul>
        {version && (
          <VersionAbout
            key={version.number}
            id={id}
            etag={origin.etag}
            version={version}
            isCurrent={version.number === versions?.[0]?.number}
            present={tab.history.present}
          />
        )}
      </div>
    </Dialog>
  );
}

interface LineProps {
  readonly version: VersionView;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

function VersionLine({ version, isChosen, choose }: LineProps) {
  const t = useT();
  const language = useLanguage((state) => state.language);
  const { number, time, author, nodes, note } = version;
  const facts = [shownMoment(time, language), author, t("status.nodes", { count: nodes })];
  return (
    <li>
      <button type="button" className="version" aria-pressed={isChosen} onClick={choose}>
        <strong>{t("versions.version", { number })}</strong>
        <span className="quiet">{facts.filter(Boolean).join(" · ")}</span>
        {note && <span className="version-note">{note}</span>}
      </button>
    </li>
  );
}

interface AboutProps {
  readonly id: string;
  readonly etag: string;
  readonly version: VersionView;
  readonly isCurrent: boolean;
  readonly present: Workflow;
}

function VersionAbout({ id, etag, version, isCurrent, present }: AboutProps) {
  const t = useT();
  const mayEdit = useMay("edit");
  const [document, setDocument] = useState<Workflow | null>(null);
  const [before, setBefore] = useState<Workflow | null>(null);
  const [note, setNote] = useState(version.note);
  const { number } = version;
  useEffect(() => {
    let left = false;
    const read = (wanted: number, take: (found: Workflow) => void) =>
      readVersion(id, wanted).then((found) => !left && take(found), sayTrouble);
    void read(number, setDocument);
    if (number > 1) void read(number - 1, setBefore);
    return () => {
      left = true;
    };
  }, [id, number]);
  const keepNote = () => {
    if (note !== version.note) void describe({ id, etag }, { note }).catch(sayTrouble);
  };
  return (
    <section className="version-about">
      {isCurrent && mayEdit && (
        <label className="field">
          <span>{t("save.note")}</span>
          <textarea
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            onBlur={keepNote}
          />
        </label>
      )}
      <h3>{t("versions.against_present")}</h3>
      {document && <DifferenceList before={document} after={present} none={t("versions.same")} />}
      {number > 1 && (
        <>
          <h3>{t("versions.against_before", { number: number - 1 })}</h3>
          {document && before && <DifferenceList before={before} after={document} none={t("diff.none")} />}
        </>
      )}
    </section>
  );
}
