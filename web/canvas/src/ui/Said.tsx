/** A sentence of the server, in the language of the page where it is known there. */

import { useT } from "../i18n/i18n.ts";
import { said } from "../i18n/said.ts";

export function Said({ of, className }: { readonly of: string; readonly className?: string }) {
  useT(); // drawn again when the language changes
  const { text, lang } = said(of);
  return (
    <span className={className} lang={lang}>
      {text}
    </span>
  );
}
