/** Sending files, with limits checked before a byte goes out and words for what can go wrong. */

import { t, useLanguage } from "../i18n/i18n.ts";
import { sendUpload, type Upload } from "../server/api.ts";
import { ask, Problem } from "../server/http.ts";
import { wordsOfTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";

interface Limits {
  readonly upload_bytes: number;
}

let limits: Promise<Limits> | null = null;

function readLimits(): Promise<Limits> {
  limits ??= ask<{ limits: Limits }>("/api/v1/server").then((server) => server.limits);
  limits.catch(() => {
    limits = null; // asked again with the next file
  });
  return limits;
}

/** Pictures as the server takes them; everything else is refused by what it holds, whatever it is called. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/webp"]);

const LARGE = 8_000_000; // bytes from which on one waits for them

/** Send a file; null, with the reason said, where it can not be sent. `picture` refuses what is none. */
export async function upload(file: File, picture: boolean): Promise<Upload | null> {
  const { say, dismiss } = useUi.getState();
  let waiting: number | null = null;
  try {
    const { upload_bytes: most } = await readLimits();
    if (file.size > most) throw new Problem(413, "too_large", t("upload.too_large", sizes(file, most)));
    if (file.size > LARGE) {
      const about = { name: file.name, size: shownBytes(file.size) };
      waiting = say({ tone: "info", text: t("upload.sending", about), lasting: true });
    }
    const sent = await sendUpload(file, file.name || "pasted.png");
    if (picture && !PICTURES.has(sent.media_type)) {
      throw new Problem(
        415,
        "no_picture",
        t("upload.no_picture", { name: file.name, type: sent.media_type }),
      );
    }
    return sent;
  } catch (error) {
    const why = wordsOfTrouble(error);
    say({ tone: "bad", text: why.includes(file.name) ? why : t("upload.failed", { name: file.name, why }) });
    return null;
  } finally {
    if (waiting !== null) dismiss(waiting);
  }
}

function sizes(file: File, most: number): Readonly<Record<string, string>> {
  return { name: file.name, size: shownBytes(file.size), most: shownBytes(most) };
}

/** Bytes as people read them. */
export function shownBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log(bytes || 1) / Math.log(1000))));
  const number = bytes / 1000 ** power;
  return new Intl.NumberFormat(useLanguage.getState().language, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: power > 0 && number < 10 ? 1 : 0,
  }).format(number);
}
