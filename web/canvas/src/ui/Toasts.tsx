/** Short messages at the lower edge; those about trouble stay until they are dismissed. */

import "./toasts.css";
import { useEffect } from "react";
import { useT } from "../i18n/i18n.ts";
import { type Toast, useUi } from "../state/ui.ts";
import { Button, IconButton } from "./Button.tsx";

const SHOWN = 6000;

export function Toasts() {
  const toasts = useUi((state) => state.toasts);
  return (
    <div className="toasts" role="log" aria-live="polite">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastView({ toast }: { readonly toast: Toast }) {
  const t = useT();
  const dismiss = useUi((state) => state.dismiss);
  useEffect(() => {
    if (toast.tone === "bad" || toast.lasting) return;
    const timer = setTimeout(() => dismiss(toast.id), SHOWN);
    return () => clearTimeout(timer);
  }, [toast, dismiss]);
  return (
    <div className="toast" data-tone={toast.tone}>
      <p>{toast.text}</p>
      {toast.action && (
        <Button
          tone="quiet"
          onPress={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <IconButton icon="close" label={t("toast.dismiss")} onPress={() => dismiss(toast.id)} />
    </div>
  );
}
