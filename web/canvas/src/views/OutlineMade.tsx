/** What a node's run made, in the outline: its pictures and files, its newest preview, or why it failed. */

import { useT } from "../i18n/i18n.ts";
import { artifactAddress, thumbnailAddress } from "../server/api.ts";
import { useDocuments } from "../state/documents.ts";
import { useNodeRun } from "../state/session.ts";
import { useUi } from "../state/ui.ts";

const SIZE = 256; // of a small picture, in pixels

export function OutlineMade({ path }: { readonly path: string }) {
  const t = useT();
  const tab = useDocuments((state) => state.active) ?? "";
  const run = useNodeRun(tab, path);
  const openDialog = useUi((state) => state.openDialog);
  if (!run) return null;
  const pictures = run.artifacts.filter((one) => one.media_type.startsWith("image/"));
  const files = run.artifacts.filter((one) => !one.media_type.startsWith("image/"));
  const error = run.status === "failed" ? run.error : null;
  const preview = pictures.length === 0 && run.status === "running" ? run.preview : "";
  if (!error && !preview && run.artifacts.length === 0) return null;
  return (
    <div className="outline-made">
      {error && (
        <p className="outline-wrong">
          <span lang="en">
            {error.message} {error.hint}
          </span>
        </p>
      )}
      {preview && <img src={preview} alt={t("result.preview")} />}
      {pictures.map((one) => (
        <button
          key={one.digest}
          type="button"
          aria-label={t("gallery.open", { name: one.name })}
          onClick={() => openDialog("picture", { pictures, at: one.digest })}
        >
          <img src={thumbnailAddress("artifacts", one.digest, SIZE)} alt={one.name} />
        </button>
      ))}
      {files.map((one) => (
        <a key={one.digest} className="run-file" href={artifactAddress(one.digest)} download={one.name}>
          {one.name}
        </a>
      ))}
    </div>
  );
}
