/** The point of a node where links begin and end. */

import { Handle, Position } from "@xyflow/react";
import type { Catalogue } from "../graph/catalogue.ts";
import type { Shape } from "../graph/shape.ts";
import { colourOf } from "./colours.ts";

interface Props {
  readonly side: "input" | "output";
  readonly name: string;
  readonly label: string;
  readonly shape: Shape;
  readonly y: number;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly linked: boolean;
  readonly catalogue: Catalogue;
}

export function Socket({ side, name, label, shape, y, required, many, linked, catalogue }: Props) {
  return (
    <Handle
      id={name}
      type={side === "output" ? "source" : "target"}
      position={side === "output" ? Position.Right : Position.Left}
      className="socket"
      data-required={required || undefined}
      data-many={many || undefined}
      data-linked={linked || undefined}
      title={label}
      style={{ top: y, "--socket": colourOf(shape, catalogue) }}
    />
  );
}
