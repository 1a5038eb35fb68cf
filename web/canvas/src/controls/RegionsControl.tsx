/** Boxes with labels: small on the node, where they can be dragged already, and full screen. */

import "./drawing-control.css";
import { useState } from "react";
import { type Region, readRegions, writeRegions } from "../graph/drawing/boxes.ts";
import { useT } from "../i18n/i18n.ts";
import { openDrawing, useSurface } from "../state/drawing.ts";
import { freshId } from "../state/fresh-id.ts";
import { Button } from "../ui/Button.tsx";
import { BoxStage } from "./BoxStage.tsx";
import { type ControlProps, currentValue } from "./control-props.ts";
import { JsonControl } from "./JsonControl.tsx";

export function RegionsControl(props: ControlProps) {
  const t = useT();
  const [chosen, select] = useState<number | null>(null);
  const surface = useSurface(props.node);
  const regions = readRegions(currentValue(props));
  if (!regions) return <JsonControl {...props} />;
  const change = (after: readonly Region[], mark: string) =>
    props.set(writeRegions(after), `${props.node}.${props.input.name} ${mark}`);
  const remove = (index: number) => {
    change(
      regions.filter((_, at) => at !== index),
      freshId(),
    );
    select(null);
  };
  return (
    <div className="drawing-control">
      <div className="drawing-view">
        <BoxStage
          regions={regions}
          selected={chosen !== null && chosen < regions.length ? chosen : null}
          select={select}
          change={change}
          remove={remove}
          aspect={surface.aspect}
          underlay={surface.underlay}
          keys={false}
          label={props.label}
        />
      </div>
      <Button
        icon="expand"
        aria-label={t("boxes.edit_of", { label: props.label })}
        {...(props.wrong ? { "aria-describedby": props.wrong } : {})}
        onPress={() => openDrawing("boxes", props)}
      >
        {t("boxes.edit")}
      </Button>
    </div>
  );
}
