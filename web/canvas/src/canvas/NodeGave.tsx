/** What a node gave, small on its card: rows of numbers, or texts. Pressed, it shows all of it. */

import { titleOf } from "../graph/face.ts";
import { longTextsIn, rowsIn } from "../graph/values.ts";
import { useT } from "../i18n/i18n.ts";
import { useDetails } from "../state/details.ts";
import type { NodeRun } from "../state/run.ts";
import type { SceneNode } from "../state/scene.ts";
import { aboutNumbers } from "../ui/figures.ts";
import { Sparkline } from "../ui/Sparkline.tsx";

export function NodeGave({ run, scene }: { readonly run: NodeRun; readonly scene: SceneNode }) {
  const t = useT();
  const show = useDetails((state) => state.show);
  const { picture } = scene.geometry;
  const rows = rowsIn(run.values);
  const texts = longTextsIn(run.values);
  if (!picture || rows.length + texts.length === 0) return null;
  const title = titleOf(scene.node, scene.face);
  const about =
    rows.length > 0 ? rows.map(([, numbers]) => aboutNumbers(numbers)).join("; ") : texts.join("; ");
  return (
    <div className="node-picture nodrag" style={{ top: picture.y, height: picture.height }}>
      <button
        type="button"
        className="node-picture-open"
        aria-label={t("node.gave", { title, about })}
        onClick={(event) => show(scene.id, title, event.currentTarget, scene.face.outputs)}
      >
        {rows.length > 0 ? (
          <Sparkline rows={rows.map(([, numbers]) => numbers)} />
        ) : (
          <span className="node-text">{texts.join("\n")}</span>
        )}
      </button>
    </div>
  );
}
