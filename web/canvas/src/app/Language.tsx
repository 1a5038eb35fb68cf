/** Tells the component library which language the page is in: for the few words, numbers and orders of its own. */

import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { useLanguage } from "../i18n/i18n.ts";

export function Language({ children }: { readonly children: ReactNode }) {
  const language = useLanguage((state) => state.language);
  return <I18nProvider locale={language}>{children}</I18nProvider>;
}
