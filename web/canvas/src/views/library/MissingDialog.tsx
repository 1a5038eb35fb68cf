import "./library.css";
import type { MissingPack } from "../../graph/missing.ts";
import { useT } from "../../i18n/i18n.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

interface About {
  readonly name: string;
  readonly packs: readonly MissingPack[];
}

/** What a document that was opened needs and is not here. */
export function MissingDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const { name, packs } = about as About;
  return (
    <Dialog
      title={t("missing.title", { name: name || t("tab.untitled") })}
      close={close}
      footer={
        <Button tone="accent" onPress={close}>
          {t("dialog.understood")}
        </Button>
      }
    >
      <p>{t("missing.body")}</p>
      <ul className="missing-list">
        {packs.map((one) => (
          <li key={one.pack}>
            <strong>{one.version ? `${one.pack} ${one.version}` : one.pack}</strong>
            <span className="quiet">
              {t(one.isHere ? "missing.older" : "missing.none", { count: one.count })}
            </span>
            <code>{one.types.join(", ")}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
