/** The picture of a node: what it saved, or works on. One that is saved opens large. */

import { titleOf } from "../graph/face.ts";
import { useT } from "../i18n/i18n.ts";
import { type Artifact, thumbnailAddress } from "../server/api.ts";
import type { NodeRun } from "../state/run.ts";
import type { SceneNode } from "../state/scene.ts";
import { useUi } from "../state/ui.ts";

export function isPicture(artifact: Artifact): boolean {
  return artifact.media_type.startsWith("image/");
}

export function NodePicture({ run, scene }: { readonly run: NodeRun; readonly scene: SceneNode }) {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  const { picture } = scene.geometry;
  const saved = run.artifacts.filter(isPicture);
  const last = saved.at(-1);
  const address = last ? thumbnailAddress("artifacts", last.digest, 512) : run.preview;
  if (!picture || !address) return null;
  const image = <img src={address} alt={last?.name ?? titleOf(scene.node, scene.face)} draggable={false} />;
  const open = () => openDialog("picture", { pictures: saved, at: last?.digest });
  return (
    <div className="node-picture nodrag" style={{ top: picture.y, height: picture.height }}>
      {last ? (
        <button
          type="button"
          className="node-picture-open"
          aria-label={t("gallery.open", { name: last.name })}
          onClick={open}
        >
          {image}
        </button>
      ) : (
        image
      )}
      {saved.length > 1 && <span className="node-picture-count">{saved.length}</span>}
    </div>
  );
}
