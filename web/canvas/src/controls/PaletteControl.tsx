/** The labels of a label map, as chips of their colours; they are changed where they are painted with. */

import "./palette-control.css";
import { readPalette } from "../graph/painting/palette.ts";
import { useT } from "../i18n/i18n.ts";
import { usePainted } from "../state/labels.ts";
import { type ControlProps, currentValue } from "./control-props.ts";
import { JsonControl } from "./JsonControl.tsx";

export function PaletteControl(props: ControlProps) {
  const t = useT();
  const labels = readPalette(currentValue(props));
  const painted = usePainted(props.node);
  if (!labels || !painted) return <JsonControl {...props} />;
  return (
    <ul className="palette-chips nowheel" aria-label={props.label}>
      {labels.map((one) => (
        <li key={one.colour} className="palette-chip">
          <span style={{ backgroundColor: one.colour }} />
          {one.name}
        </li>
      ))}
      {labels.length === 0 && <li className="palette-none">{t("labels.none")}</li>}
    </ul>
  );
}
