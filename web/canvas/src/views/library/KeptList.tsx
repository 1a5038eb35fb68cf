import { useState } from "react";
import { useT } from "../../i18n/i18n.ts";
import { activeTab, useDocuments } from "../../state/documents.ts";
import { save } from "../../state/saving.ts";
import { useUi } from "../../state/ui.ts";
import { Button } from "../../ui/Button.tsx";
import { KeptLine } from "./KeptLine.tsx";
import { SearchField } from "./SearchField.tsx";
import { useKept } from "./use-kept.ts";

/** What the library keeps, or what is in its bin. */
export function KeptList({ bin, close }: { readonly bin: boolean; readonly close: () => void }) {
  const t = useT();
  const [search, setSearch] = useState("");
  const { workflows, hasMore, trouble, more, refresh } = useKept(search, bin);
  return (
    <>
      <SearchField value={search} set={setSearch} />
      {trouble && (
        <p className="trouble" role="alert">
          {trouble} <Button onPress={refresh}>{t("library.again")}</Button>
        </p>
      )}
      {workflows === null && !trouble && <p className="quiet">{t("library.loading")}</p>}
      {workflows?.length === 0 && <Empty search={search} bin={bin} close={close} />}
      <ul className="kept-list" aria-label={t(bin ? "open.bin" : "open.library")}>
        {workflows?.map((one) => (
          <KeptLine key={one.id} kept={one} close={close} changed={refresh} findTag={setSearch} />
        ))}
      </ul>
      {hasMore && <Button onPress={more}>{t("library.more")}</Button>}
    </>
  );
}

interface EmptyProps {
  readonly search: string;
  readonly bin: boolean;
  readonly close: () => void;
}

function Empty({ search, bin, close }: EmptyProps) {
  const t = useT();
  const tab = useDocuments(activeTab);
  const openDialog = useUi((state) => state.openDialog);
  if (search || bin) {
    return (
      <p className="library-empty">{search ? t("library.no_match", { search }) : t("library.no_bin")}</p>
    );
  }
  const keep = () => {
    close();
    void save();
  };
  return (
    <div className="library-empty">
      <h3>{t("library.empty.title")}</h3>
      <p>{t("library.empty.body")}</p>
      <div className="library-ways">
        <Button tone="accent" icon="save" isDisabled={!tab} onPress={keep}>
          {t("library.empty.save")}
        </Button>
        <Button icon="image" onPress={() => openDialog("open", { section: "templates" })}>
          {t("file.templates")}
        </Button>
      </div>
    </div>
  );
}
