/** The point of a node where links begin and end. */

import { Handle, Position } from "@xyflow/react";
import type { Catalogue } from "../graph/catalogue.ts";
import type { Shape } from "../graph/shape.ts";
import { useGestures } from "../state/gestures.ts";
import { currentScene } from "../state/scene.ts";
import { refusalOf } from "../state/wiring.ts";
import { colourOf } from "./colours.ts";

interface Props {
  readonly node: string;
  readonly side: "input" | "output";
  readonly name: string;
  readonly label: string;
  readonly shape: Shape;
  readonly y: number;
  readonly required?: boolean;
  readonly many?: boolean;
  readonly linked: boolean;
  /** Whether it is in the interface. */
  readonly promoted?: boolean;
  readonly catalogue: Catalogue;
}

export function Socket({
  node,
  side,
  name,
  label,
  shape,
  y,
  required,
  many,
  linked,
  promoted,
  catalogue,
}: Props) {
  const verdict = useGestures(({ from, circle }) => {
    const scene = from && currentScene();
    if (!scene) return undefined;
    if (from.node === node && from.handle === name && from.side === side) return "from";
    return refusalOf(scene, from, circle, { node, side, handle: name }) === null ? "fits" : "refused";
  });
  return (
    <Handle
      id={name}
      type={side === "output" ? "source" : "target"}
      position={side === "output" ? Position.Right : Position.Left}
      className="socket"
      data-required={required || undefined}
      data-many={many || undefined}
      data-linked={linked || undefined}
      data-promoted={promoted || undefined}
      data-verdict={verdict}
      title={label}
      style={{ top: y, "--socket": colourOf(shape, catalogue) }}
    />
  );
}
