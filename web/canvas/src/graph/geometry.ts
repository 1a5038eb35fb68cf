/**
 * Where everything of a node is drawn, in canvas units, from its face alone: the canvas need not measure
 * what it has not mounted, so that thousands of nodes open at once.
 */

import { type ControlKind, schemaOf } from "./control-kind.ts";
import type { Face, InputFace, OutputFace } from "./face.ts";

const HEADER = 36;
const ROW = 28;
const PADDING = 8;
export const WIDTH = 240;
const WAYPOINT_SIZE = 24;

const HEIGHTS: Partial<Record<ControlKind, number>> = {
  lines: 96,
  regions: 176,
  mask: 176,
  labels: 176,
  file: 32,
  palette: 72,
  plugin: 64,
  json: 28,
  definition: 112,
};

const LINE = 26; // of a control that has a line for each of its options

/** A row of a node: what is linked at its left and right, or one input with its control. */
export interface Row {
  readonly y: number;
  readonly height: number;
  readonly input: InputFace | null;
  readonly output: OutputFace | null;
}

export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Row[];
  /** The middle of each handle, from the top of the node. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: ReadonlyMap<string, number>;
  /** Where a picture is shown, under the rows. */
  readonly picture: { readonly y: number; readonly height: number } | null;
}

export interface GeometryOptions {
  readonly width?: number | undefined;
  /** What is more than the rows take goes to texts of several lines and to the picture. */
  readonly height?: number | undefined;
  readonly collapsed?: boolean | undefined;
  /** The height of the picture under the rows; 0 for none. */
  readonly picture?: number | undefined;
  /** Inputs whose control gives way to a link. */
  readonly linked?: ReadonlySet<string> | undefined;
}

/** How high the controls that packs bring said they are, by name. */
const told = new Map<string, number>();
const MOST_TOLD = 320;

/**
 * Take how high a pack's control says it is; true where rows change. After the first time they only grow:
 * of two uses of a control one may be higher, and neither is to push the other about.
 */
export function tellHeight(control: string, height: number): boolean {
  const known = told.get(control);
  const now = Math.min(MOST_TOLD, Math.max(ROW, height + 4, known ?? 0));
  told.set(control, now);
  return now !== (known ?? HEIGHTS.plugin);
}

/** The height of the row that an input with a control takes. */
function controlHeight(input: InputFace): number {
  const plugin = schemaOf(input.schema)?.["x-control"];
  if (plugin) return told.get(plugin) ?? HEIGHTS.plugin ?? ROW;
  if (schemaOf(input.schema)?.fileKind === "image" && input.control === "file") return 168;
  if (input.options) {
    const lines = input.control === "cases" ? input.options.length + 1 : Math.max(input.options.length, 1);
    return lines * LINE + 4;
  }
  return HEIGHTS[input.control] ?? ROW;
}

export function geometryOf(face: Face, options: GeometryOptions = {}): Geometry {
  const width = options.width ?? WIDTH;
  if (face.waypoint) return waypoint(face);
  if (options.collapsed) return collapsed(face, width);
  const inputs = new Map<string, number>();
  const outputs = new Map<string, number>();
  const rows: Row[] = [];
  const links = face.inputs.filter((one) => isLinkOnly(one));
  const set = face.inputs.filter((one) => !isLinkOnly(one));
  const opens = (input: InputFace) => !options.linked?.has(input.name);
  const rowHeight = (input: InputFace) => (opens(input) ? controlHeight(input) : ROW);
  const stretched = set.filter((one) => opens(one) && one.control === "lines");
  const lower = options.picture ?? 0;
  const natural =
    HEADER +
    2 * PADDING +
    ROW * Math.max(links.length, face.outputs.length) +
    set.reduce((sum, one) => sum + rowHeight(one), 0) +
    lower;
  const parts = stretched.length + (lower > 0 ? 1 : 0);
  const more = parts > 0 ? Math.max(0, (options.height ?? 0) - natural) / parts : 0;
  let y = HEADER + PADDING;
  for (let index = 0; index < Math.max(links.length, face.outputs.length); index++) {
    const input = links[index] ?? null;
    const output = face.outputs[index] ?? null;
    rows.push({ y, height: ROW, input, output });
    if (input) inputs.set(input.name, y + ROW / 2);
    if (output) outputs.set(output.name, y + ROW / 2);
    y += ROW;
  }
  for (const input of set) {
    const height = rowHeight(input) + (stretched.includes(input) ? more : 0);
    rows.push({ y, height, input, output: null });
    inputs.set(input.name, y + ROW / 2);
    y += height;
  }
  y += PADDING;
  const height = lower > 0 ? lower + more : 0;
  const picture = height > 0 ? { y, height } : null;
  return { width, height: y + height, rows, inputs, outputs, picture };
}

/** Whether an input is only ever a link: it has no control, and no value is written. */
export function isLinkOnly(input: InputFace): boolean {
  return input.control === "none";
}

function waypoint(face: Face): Geometry {
  const middle = WAYPOINT_SIZE / 2;
  return {
    width: WAYPOINT_SIZE,
    height: WAYPOINT_SIZE,
    rows: [],
    inputs: new Map(face.inputs.map((one) => [one.name, middle])),
    outputs: new Map(face.outputs.map((one) => [one.name, middle])),
    picture: null,
  };
}

function collapsed(face: Face, width: number): Geometry {
  return {
    width,
    height: HEADER,
    rows: [],
    inputs: new Map(face.inputs.map((one) => [one.name, HEADER / 2])),
    outputs: new Map(face.outputs.map((one) => [one.name, HEADER / 2])),
    picture: null,
  };
}
