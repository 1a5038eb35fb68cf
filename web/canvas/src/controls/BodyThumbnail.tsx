/** What is in a definition, as a small drawing; pressing it goes in. */

import { positionsOf } from "../graph/arrange.ts";
import type { Catalogue } from "../graph/catalogue.ts";
import { definitionTitle } from "../graph/definition.ts";
import { facesOf } from "../graph/face.ts";
import { geometryOf } from "../graph/geometry.ts";
import { colourName, type Shape } from "../graph/shape.ts";
import { type Body, bodyAt, edgesOf, type Workflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { enterDefinition } from "../state/entering.ts";

interface Props {
  readonly workflow: Workflow;
  readonly definition: string;
}

export function BodyThumbnail({ workflow, definition }: Props) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const body = bodyAt(workflow, definition);
  const { boxes, lines, view } = drawingOf(workflow, body, catalogue);
  const label = t("definition.enter", { title: definitionTitle(workflow, definition) });
  return (
    <button
      type="button"
      className="body-thumbnail"
      aria-label={label}
      title={label}
      onClick={() => enterDefinition(definition)}
    >
      {boxes.length > 0 ? (
        <svg viewBox={view} preserveAspectRatio="xMidYMid meet" aria-hidden="true">
          {lines.map((line) => (
            <path key={line} d={line} />
          ))}
          {boxes.map(({ id, x, y, width, height, colour }) => (
            <g key={id}>
              <rect x={x} y={y} width={width} height={height} rx={8} />
              <rect x={x} y={y} width={width} height={36} rx={8} style={{ fill: colour }} />
            </g>
          ))}
        </svg>
      ) : (
        <span>{t("definition.nothing_inside")}</span>
      )}
    </button>
  );
}

function colourOf(shape: Shape | undefined, catalogue: Catalogue): string {
  const name = shape ? colourName(shape) : "any";
  const plain = /^\w+$/.test(name) ? `var(--type-${name}, var(--type-any))` : "var(--type-any)";
  return catalogue.values[name]?.colour ?? plain;
}

interface Drawn {
  readonly boxes: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly colour: string;
  }[];
  readonly lines: readonly string[];
  readonly view: string;
}

const MOST = 200; // nodes of a drawing that is 80 pixels high
const drawn = new WeakMap<Body, Drawn>();

function drawingOf(workflow: Workflow, body: Body, catalogue: Catalogue): Drawn {
  const before = drawn.get(body);
  if (before) return before;
  const faces = facesOf(workflow, body, catalogue);
  const positions = positionsOf(body, faces);
  const boxes = [...positions].slice(0, MOST).flatMap(([id, [x, y]]) => {
    const face = faces.get(id);
    if (!face) return [];
    const { width, height } = geometryOf(face, { collapsed: body.layout.collapsed.has(id) });
    const shape = face.outputs[0]?.shape;
    const colour = colourOf(shape, catalogue);
    return [{ id, x, y, width, height, colour }];
  });
  const byId = new Map(boxes.map((one) => [one.id, one]));
  const lines = new Set(
    edgesOf(body).flatMap((edge) => {
      const [from, to] = [byId.get(edge.source), byId.get(edge.target)];
      if (!from || !to) return [];
      return [`M${from.x + from.width} ${from.y + from.height / 2}L${to.x} ${to.y + to.height / 2}`];
    }),
  );
  const left = Math.min(...boxes.map((one) => one.x)) - 20;
  const top = Math.min(...boxes.map((one) => one.y)) - 20;
  const right = Math.max(...boxes.map((one) => one.x + one.width)) + 20;
  const bottom = Math.max(...boxes.map((one) => one.y + one.height)) + 20;
  const made = { boxes, lines: [...lines], view: `${left} ${top} ${right - left} ${bottom - top}` };
  drawn.set(body, made);
  return made;
}
