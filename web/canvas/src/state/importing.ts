/** Files and texts that may be workflows: read here where they are JSON, by the server where they are pictures. */

import { type Json, JsonError, parseJson } from "../graph/json.ts";
import { FORMAT, recognise } from "../graph/recognise.ts";
import { t } from "../i18n/i18n.ts";
import { Problem } from "../server/http.ts";
import { readUpload } from "../server/library.ts";
import { activeTab, isReadOnly, useDocuments } from "./documents.ts";
import { openDocument } from "./opening.ts";
import { sayTrouble } from "./trouble.ts";
import { useUi } from "./ui.ts";
import { shownBytes, upload } from "./uploads.ts";

const LARGEST_TEXT = 16 * 1024 * 1024; // as the server has it for documents
const HEAD = 16;
const PICTURE_NAME = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif)$/i;

/** Ask for files of this computer, and open them. */
export function chooseFiles(): void {
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.multiple = true;
  chooser.accept = ".json,application/json,image/png,image/webp,image/jpeg";
  chooser.onchange = () => void openFiles(chooser.files ?? []);
  chooser.click();
}

/** Open files, one after the other; what is none of ours is said. */
export async function openFiles(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    try {
      await openFile(file);
    } catch (error) {
      sayTrouble(error);
    }
  }
}

async function openFile(file: File): Promise<void> {
  const suffix = pictureSuffix(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
  if (suffix !== null) return openPicture(file, suffix);
  if (file.size > LARGEST_TEXT) {
    const sizes = { name: file.name, size: shownBytes(file.size), most: shownBytes(LARGEST_TEXT) };
    throw new Error(t("import.too_large", sizes));
  }
  openText(await file.text(), file.name);
}

/** Open the workflow that a text is. Raises an error that says what the text is instead. */
function openText(text: string, name: string): void {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (PICTURE_NAME.test(name)) throw new Error(t("import.no_picture", { name }));
    throw new Error(t("import.no_json", { name, why: error.message }));
  }
  const found = recognise(value);
  switch (found.kind) {
    case "workflow":
      openDocument(found.workflow, { kind: "file", name });
      return;
    case "newer":
      throw new Error(t("import.newer", { name, format: found.format, known: FORMAT }));
    case "foreign":
      throw new Error(t("import.foreign", { name }));
    default:
      throw new Error(t("import.no_workflow", { name }));
  }
}

/**
 * Open a pasted text if it is a whole workflow; false where it is something else, or where a canvas is open that
 * takes its nodes.
 */
export function openPasted(text: string): boolean {
  const tab = activeTab(useDocuments.getState());
  if (tab && !isReadOnly(tab) && useUi.getState().view === "canvas") return false;
  if (!text.trimStart().startsWith("{") || !text.includes('"latentgraph"')) return false;
  try {
    openText(text, t("import.pasted"));
  } catch (error) {
    sayTrouble(error);
  }
  return true;
}

/** What the server says of a picture without a workflow, and of one of a kind that can carry none. */
const CARRIES_NONE: ReadonlySet<string> = new Set(["no_workflow", "not_json"]);

async function openPicture(file: File, suffix: string): Promise<void> {
  const sent = await upload(file, false);
  if (!sent) return; // the reason was said
  try {
    openDocument(await readUpload(sent.reference, suffix), { kind: "file", name: file.name });
  } catch (error) {
    if (!(error instanceof Problem && error.faults.some((one) => CARRIES_NONE.has(one.code)))) throw error;
    useUi.getState().openDialog("dropped-picture", sent);
  }
}

/** How the name of a picture with these first bytes ends; null where they are no picture's. */
function pictureSuffix(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return ".png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return ".webp";
  if (text.startsWith("\xff\xd8\xff")) return ".jpg";
  if (text.startsWith("GIF8")) return ".gif";
  return null;
}
