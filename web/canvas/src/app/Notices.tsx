/** What a person must know of for as long as it is so: a line each, above the document. */

import "./notices.css";
import { useT } from "../i18n/i18n.ts";
import { askForToken, useAccess, useMay } from "../state/access.ts";
import { activeTab, isChanged, isReadOnly, useDocuments } from "../state/documents.ts";
import { useDrafts } from "../state/drafts.ts";
import { useElsewhere } from "../state/elsewhere.ts";
import { copyToLibrary, exportFile, takeTheirs } from "../state/saving.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";

export function Notices() {
  return (
    <div className="notices" role="status">
      <NoDrafts />
      <SignedOut />
      <SharedWithMe />
      <NewerElsewhere />
    </div>
  );
}

interface NoticeProps {
  readonly tone: "info" | "warn";
  readonly text: string;
  readonly children?: React.ReactNode;
}

function Notice({ tone, text, children }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone}>
      {tone === "warn" && <Icon name="warn" />}
      <p>{text}</p>
      {children}
    </div>
  );
}

function NoDrafts() {
  const t = useT();
  const trouble = useDrafts((state) => state.trouble);
  if (trouble === null) return null;
  return (
    <Notice tone="warn" text={t(`drafts.${trouble}`)}>
      <Button icon="download" onPress={() => exportFile()}>
        {t("file.export")}
      </Button>
    </Notice>
  );
}

function SignedOut() {
  const t = useT();
  const state = useAccess((access) => access.state);
  const mayEdit = useMay("edit");
  const mayRun = useMay("run");
  if (state === "out") {
    return (
      <Notice tone="warn" text={t("access.out")}>
        <Button onPress={askForToken}>{t("access.sign_in")}</Button>
      </Notice>
    );
  }
  if (mayEdit && mayRun) return null;
  const words = mayEdit ? "access.no_run" : mayRun ? "access.no_edit" : "access.only_view";
  return (
    <Notice tone="info" text={t(words)}>
      <Button onPress={askForToken}>{t("access.other_token")}</Button>
    </Notice>
  );
}

function SharedWithMe() {
  const t = useT();
  const tab = useDocuments(activeTab);
  const mayEdit = useMay("edit");
  if (!tab || !isReadOnly(tab)) return null;
  return (
    <Notice tone="info" text={t("shared.read_only")}>
      <Button tone="accent" isDisabled={!mayEdit} onPress={() => void copyToLibrary(tab.key)}>
        {t("shared.copy")}
      </Button>
    </Notice>
  );
}

function NewerElsewhere() {
  const t = useT();
  const tab = useDocuments(activeTab);
  const kept = useElsewhere(({ newer }) => (tab ? newer.get(tab.key) : undefined));
  if (!tab || !kept) return null;
  const { version } = kept.summary;
  const look = () => useUi.getState().openDialog("conflict", { key: tab.key, theirs: kept, note: "" });
  return (
    <Notice tone="warn" text={t("elsewhere.newer", { version })}>
      {isChanged(tab) ? (
        <Button onPress={look}>{t("elsewhere.look")}</Button>
      ) : (
        <Button onPress={() => takeTheirs(tab.key, kept)}>{t("elsewhere.take")}</Button>
      )}
    </Notice>
  );
}
