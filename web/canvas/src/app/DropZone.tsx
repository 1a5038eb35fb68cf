/** Files that are dropped anywhere, or pasted: opened, unless a control of the page takes them. */

import "./drop-zone.css";
import { useEffect, useState } from "react";
import { isTyping } from "../actions/action.ts";
import { useT } from "../i18n/i18n.ts";
import { openFiles, openPasted } from "../state/importing.ts";

export function DropZone() {
  const t = useT();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const dragged = (event: DragEvent) => {
      const takes = carriesFiles(event) && !event.defaultPrevented; // prevented: a control takes them
      setOver(takes);
      if (takes) event.preventDefault();
    };
    const dropped = (event: DragEvent) => {
      setOver(false);
      if (event.defaultPrevented || !carriesFiles(event)) return;
      event.preventDefault(); // else the browser would leave the page for the file
      void openFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const left = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const pasted = (event: ClipboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) void openFiles(files);
      else if (!openPasted(event.clipboardData?.getData("text/plain") ?? "")) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // else its nodes would be pasted, too
    };
    addEventListener("dragover", dragged, { signal });
    addEventListener("drop", dropped, { signal });
    addEventListener("dragleave", left, { signal });
    addEventListener("dragend", () => setOver(false), { signal });
    addEventListener("paste", pasted, { signal, capture: true });
    return () => ended.abort();
  }, []);
  if (!over) return null;
  return (
    <div className="drop-zone">
      <p>{t("import.drop")}</p>
    </div>
  );
}

/** Whether a drag brings files from outside the page. */
function carriesFiles({ dataTransfer }: DragEvent): boolean {
  const types = dataTransfer?.types ?? [];
  return types.includes("Files") && !types.some((type) => type.startsWith("application/x-latentgraph"));
}
