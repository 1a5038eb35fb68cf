/** Saying that something could not be done, in the words of who refused it. */

import { t } from "../i18n/i18n.ts";
import { type Toast, useUi } from "./ui.ts";

export function wordsOfTrouble(error: unknown): string {
  return error instanceof Error && error.message ? error.message : t("error.unexpected");
}

export function sayTrouble(error: unknown, action?: Toast["action"]): void {
  useUi.getState().say({ tone: "bad", text: wordsOfTrouble(error), ...(action ? { action } : {}) });
}
