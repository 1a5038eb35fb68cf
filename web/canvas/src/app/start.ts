/** What happens when the page opens: settings, node types, events, and a document to begin with. */

import { emptyWorkflow } from "../graph/workflow.ts";
import { t, useLanguage } from "../i18n/i18n.ts";
import { readTemplate } from "../server/api.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { openStream } from "../state/connection.ts";
import { useDocuments } from "../state/documents.ts";
import { applyTheme, languageOf } from "../state/settings.ts";

const FIRST = "text_to_image";

export async function start(): Promise<void> {
  applyTheme();
  for (const query of ["(prefers-color-scheme: light)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", applyTheme);
  }
  openStream();
  const language = languageOf();
  const ready = useLanguage.getState().setLanguage(language);
  await Promise.all([ready, useCatalogue.getState().load(language), openFirst()]);
}

/** Open the default template, or an empty document where the server has none. */
async function openFirst(): Promise<void> {
  const { open } = useDocuments.getState();
  try {
    open(await readTemplate(FIRST), { kind: "template", id: FIRST });
  } catch {
    open(emptyWorkflow(t("tab.untitled")), { kind: "new" });
  }
}
