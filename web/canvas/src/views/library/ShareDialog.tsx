import "./library.css";
import { useEffect, useRef, useState } from "react";
import { useLanguage, useT } from "../../i18n/i18n.ts";
import { linkOfShare, listShares, makeShare, revokeShare, type ShareView } from "../../server/library.ts";
import { addressOf } from "../../state/address.ts";
import { isChanged, nameOf, useDocuments } from "../../state/documents.ts";
import { wordsOfTrouble } from "../../state/trouble.ts";
import { useUi } from "../../state/ui.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { shownMoment } from "../../ui/moment.ts";

const DAYS = [1, 7, 30, 365] as const;

/** Links that show a workflow to whoever has them: make, copy, revoke. */
export function ShareDialog({ about, close }: { readonly about: unknown; readonly close: () => void }) {
  const t = useT();
  const { key } = about as { readonly key: string };
  const tab = useDocuments(({ tabs }) => tabs.find((one) => one.key === key));
  const origin = tab?.origin.kind === "library" ? tab.origin : null;
  const id = origin?.id ?? "";
  const [shares, setShares] = useState<readonly ShareView[] | null>(null);
  const [days, setDays] = useState<number>(30);
  const [fixed, setFixed] = useState(false);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    listShares(id).then(setShares, (error: unknown) => setTrouble(wordsOfTrouble(error)));
  }, [id]);
  if (!tab || !origin) return null;
  const changing = async (work: () => Promise<unknown>) => {
    try {
      setTrouble("");
      await work();
      setShares(await listShares(id));
    } catch (error) {
      setTrouble(wordsOfTrouble(error));
    }
  };
  return (
    <Dialog
      title={t("share.title", { name: nameOf(tab.history.present) || t("tab.untitled") })}
      close={close}
      size="large"
    >
      <div className="library-form">
        <p>{t("share.body")}</p>
        {isChanged(tab) && <p className="quiet">{t("share.unsaved")}</p>}
        <div className="share-make">
          <label className="field">
            <span>{t("share.what")}</span>
            <select
              value={fixed ? "this" : "current"}
              onChange={(event) => setFixed(event.target.value === "this")}
            >
              <option value="current">{t("share.current")}</option>
              <option value="this">{t("share.this", { version: origin.version })}</option>
            </select>
          </label>
          <label className="field">
            <span>{t("share.until")}</span>
            <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {DAYS.map((one) => (
                <option key={one} value={one}>
                  {t("share.days", { count: one })}
                </option>
              ))}
            </select>
          </label>
          <Button
            tone="accent"
            icon="share"
            onPress={() => void changing(() => makeShare(id, days, fixed ? origin.version : "current"))}
          >
            {t("share.make")}
          </Button>
        </div>
        {trouble && (
          <p className="trouble" role="alert">
            {trouble}
          </p>
        )}
        {shares?.length === 0 && <p className="quiet">{t("share.none")}</p>}
        <ul className="share-list" aria-label={t("share.links")}>
          {shares?.map((share) => (
            <ShareLine
              key={share.id}
              share={share}
              revoke={() => void changing(() => revokeShare(id, share.id))}
            />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

function ShareLine({ share, revoke }: { readonly share: ShareView; readonly revoke: () => void }) {
  const t = useT();
  const language = useLanguage((state) => state.language);
  const field = useRef<HTMLInputElement>(null);
  const address = location.origin + addressOf({ kind: "shared", link: linkOfShare(share) });
  const open = share.state === "open";
  const copy = async () => {
    const { say } = useUi.getState();
    try {
      await navigator.clipboard.writeText(address);
      say({ tone: "good", text: t("share.copied") });
    } catch {
      field.current?.select(); // the browser refuses its clipboard: the person can copy what is selected
      say({ tone: "bad", text: t("share.copy_denied") });
    }
  };
  const facts = [
    share.version === "current" ? t("share.current") : t("share.this", { version: share.version }),
    open ? t("share.ends", { when: shownMoment(share.expires, language) }) : t(`share.state.${share.state}`),
    t("share.opened", { count: share.opened }),
  ];
  return (
    <li data-state={share.state}>
      {open && (
        <>
          <input ref={field} readOnly value={address} aria-label={t("share.link")} />
          <Button icon="check" onPress={() => void copy()}>
            {t("share.copy")}
          </Button>
          <Button tone="danger" onPress={revoke}>
            {t("share.revoke")}
          </Button>
        </>
      )}
      <p className="quiet">{facts.join(" · ")}</p>
    </li>
  );
}
