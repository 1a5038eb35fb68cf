/** What a node type is, before it is added: its words and its sockets. */

import { type Catalogue, categoryTitle } from "../../graph/catalogue.ts";
import type { Face, InputFace, OutputFace } from "../../graph/face.ts";
import { useT } from "../../i18n/i18n.ts";
import { shapeTitle } from "../../state/wiring.ts";
import { Prose } from "../../ui/Prose.tsx";
import { colourOf } from "../colours.ts";

export function NodePreview({ face, catalogue }: { readonly face: Face; readonly catalogue: Catalogue }) {
  const t = useT();
  return (
    <div className="node-preview">
      <h2>{face.title}</h2>
      <p className="palette-category">{categoryTitle(catalogue, face.category)}</p>
      <Prose text={face.help} className="palette-help" />
      <Sockets title={t("palette.inputs")} sockets={face.inputs} catalogue={catalogue} />
      <Sockets title={t("palette.outputs")} sockets={face.outputs} catalogue={catalogue} />
    </div>
  );
}

interface SocketsProps {
  readonly title: string;
  readonly sockets: readonly (InputFace | OutputFace)[];
  readonly catalogue: Catalogue;
}

function Sockets({ title, sockets, catalogue }: SocketsProps) {
  if (sockets.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {sockets.map((one) => (
          <li key={one.name}>
            <span className="picker-point" style={{ background: colourOf(one.shape, catalogue) }} />
            <span className="picker-title">{one.title}</span>
            <span className="picker-detail">{shapeTitle(one.shape, catalogue)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
