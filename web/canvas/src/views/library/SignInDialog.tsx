import "./library.css";
import { type FormEvent, useState } from "react";
import { useT } from "../../i18n/i18n.ts";
import { signIn } from "../../state/access.ts";
import { wordsOfTrouble } from "../../state/trouble.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

/** Asks for a token. What is open stays as it is, whether one is given or not. */
export function SignInDialog({ close }: { readonly close: () => void }) {
  const t = useT();
  const [token, setToken] = useState("");
  const [trouble, setTrouble] = useState("");
  const [asking, setAsking] = useState(false);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    setAsking(true);
    try {
      await signIn(token.trim());
      close();
    } catch (error) {
      setTrouble(wordsOfTrouble(error));
    } finally {
      setAsking(false);
    }
  };
  return (
    <Dialog
      title={t("access.sign_in")}
      close={close}
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button tone="accent" isDisabled={!token.trim() || asking} onPress={() => void submit()}>
            {t("access.sign_in")}
          </Button>
        </>
      }
    >
      <form className="library-form" onSubmit={(event) => void submit(event)}>
        <p>{t("access.body")}</p>
        <label className="field">
          <span>{t("access.token")}</span>
          <input
            autoFocus
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            value={token}
            aria-invalid={trouble !== ""}
            aria-describedby="sign-in-trouble"
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <p id="sign-in-trouble" className="trouble" role="alert">
          {trouble}
        </p>
        <p className="quiet">{t("access.how")}</p>
        <code>latentgraph tokens create --owner me --scope view --scope run --scope edit</code>
      </form>
    </Dialog>
  );
}
