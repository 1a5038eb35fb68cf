/** The labels of a label map, as chips of their colours; they are changed where they are painted with. */

import "./palette-control.css";
import { setInput } from "../graph/commands/inputs.ts";
import type { InputFace } from "../graph/face.ts";
import type { Json } from "../graph/json.ts";
import { type Label, readPalette } from "../graph/painting/palette.ts";
import { useT } from "../i18n/i18n.ts";
import { openDrawing } from "../state/drawing.ts";
import { useEdit } from "../state/here.ts";
import { usePainted } from "../state/labels.ts";
import { IconButton } from "../ui/Button.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";
import { JsonControl } from "./JsonControl.tsx";
import { useSent } from "./use-sent.ts";

export function PaletteControl(props: ControlProps) {
  const labels = readPalette(currentValue(props));
  const painted = usePainted(props.node);
  if (!labels || !painted) return <JsonControl {...props} />;
  return <Chips {...props} labels={labels} painted={painted} />;
}

interface ChipsProps extends ControlProps {
  readonly labels: readonly Label[];
  /** The input that is painted with them. */
  readonly painted: InputFace;
}

function Chips({ node, label, wrong, labels, painted }: ChipsProps) {
  const t = useT();
  const edit = useEdit();
  const set = (value: Json, mark?: string) =>
    edit(
      t("edit.set", { title: painted.title }),
      (workflow, place) => setInput(workflow, place, node, painted.name, value),
      mark,
    );
  const drawing = { node, input: painted, label, set };
  useSent(drawing);
  return (
    <>
      <ul className="palette-chips nowheel" aria-label={label}>
        {labels.map((one) => (
          <li key={one.colour} className="palette-chip">
            <span style={{ backgroundColor: one.colour }} />
            {one.name}
          </li>
        ))}
        {labels.length === 0 && <li className="palette-none">{t("labels.none")}</li>}
      </ul>
      <IconButton
        icon="brush"
        className="palette-edit"
        label={t("labels.edit")}
        {...(wrong ? { "aria-describedby": wrong } : {})}
        onPress={() => openDrawing("paint", drawing)}
      />
    </>
  );
}
