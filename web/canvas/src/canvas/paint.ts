/**
 * Draws a scene as shapes without words: the overview, and the minimap. Shapes of one colour are one path, made
 * once for a scene, so that a frame costs a few calls however many nodes there are.
 */

import type { Catalogue } from "../graph/catalogue.ts";
import type { Annotation, Edge } from "../graph/workflow.ts";
import { type Scene, type SceneNode, socketAt } from "../state/scene.ts";
import type { View } from "../state/view.ts";
import { colourOf } from "./colours.ts";

type At = readonly [number, number];
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** The colours of the theme that is on, as they are drawn. */
export interface Inks {
  readonly node: string;
  readonly edge: string;
  readonly line: string;
  readonly selected: string;
  readonly running: string;
  readonly failed: string;
  readonly text: string;
  readonly note: string;
  /** A colour as CSS may write it, resolved. */
  resolve(colour: string): string;
}

/** Read the theme's colours from the page. */
export function readInks(from: Element): Inks {
  const style = getComputedStyle(from);
  const known = new Map<string, string>(); // asking the page is dear, and thousands of nodes ask
  const value = (name: string) => {
    const found = known.get(name) ?? style.getPropertyValue(name).trim();
    known.set(name, found);
    return found;
  };
  return {
    node: value("--surface-pressed"),
    edge: value("--line-strong"),
    line: value("--line"),
    selected: value("--accent"),
    running: value("--accent"),
    failed: value("--bad"),
    text: value("--text"),
    note: value("--warn-soft"),
    resolve: (colour) => {
      const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
      return name ? value(name) : colour;
    },
  };
}

/** The shapes of a scene, by colour, in canvas units. */
export interface Drawing {
  readonly bodies: ReadonlyMap<string, Path2D>;
  readonly heads: ReadonlyMap<string, Path2D>;
  readonly links: ReadonlyMap<string, Path2D>;
  readonly frames: readonly Annotation[];
  readonly notes: readonly Annotation[];
}

/** Make the shapes of a scene, without the nodes of `except` and their links. */
export function drawingOf(
  scene: Scene,
  catalogue: Catalogue,
  inks: Inks,
  except: ReadonlySet<string> = NONE,
): Drawing {
  const bodies = new Map<string, Path2D>();
  const heads = new Map<string, Path2D>();
  const links = new Map<string, Path2D>();
  for (const [id, one] of scene.nodes) {
    if (!except.has(id)) addNode(bodies, heads, one, one.at, catalogue, inks);
  }
  for (const edge of scene.edges) {
    if (!except.has(edge.source) && !except.has(edge.target))
      addLink(links, edge, scene, NO_MOVES, catalogue, inks);
  }
  return { bodies, heads, links, frames: scene.frames, notes: scene.notes };
}

const NONE: ReadonlySet<string> = new Set();
const NO_MOVES: ReadonlyMap<string, At> = new Map();

function pathIn(paths: Map<string, Path2D>, colour: string): Path2D {
  let path = paths.get(colour);
  if (!path) {
    path = new Path2D();
    paths.set(colour, path);
  }
  return path;
}

const HEAD = 36;

function addNode(
  bodies: Map<string, Path2D>,
  heads: Map<string, Path2D>,
  one: SceneNode,
  [x, y]: At,
  catalogue: Catalogue,
  inks: Inks,
): void {
  const { width, height } = one.geometry;
  const shape = one.face.outputs[0]?.shape;
  pathIn(bodies, inks.node).rect(x, y, width, height);
  const colour = one.colour || (shape ? colourOf(shape, catalogue) : inks.edge);
  pathIn(heads, inks.resolve(colour)).rect(x, y, width, Math.min(HEAD, height));
}

function addLink(
  links: Map<string, Path2D>,
  edge: Edge,
  scene: Scene,
  moves: ReadonlyMap<string, At>,
  catalogue: Catalogue,
  inks: Inks,
): void {
  const source = scene.nodes.get(edge.source);
  const target = scene.nodes.get(edge.target);
  if (!source || !target) return;
  const from = socketAt(moved(source, moves), "output", edge.output);
  const to = socketAt(moved(target, moves), "input", edge.input);
  const shape = source.face.outputs.find((one) => one.name === edge.output)?.shape;
  const path = pathIn(links, shape ? inks.resolve(colourOf(shape, catalogue)) : inks.edge);
  path.moveTo(from[0], from[1]);
  path.lineTo(to[0], to[1]);
}

function moved(one: SceneNode, moves: ReadonlyMap<string, At>): SceneNode {
  const at = moves.get(one.id);
  return at ? { ...one, at } : one;
}

/** What stands out in a drawing. */
export interface Marks {
  readonly selected: ReadonlySet<string>;
  readonly current: string | null;
  readonly running: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** Nodes that are being dragged, with where they are; the drawing was made without them. */
  readonly moves: ReadonlyMap<string, At>;
}

export const NO_MARKS: Marks = {
  selected: NONE,
  current: null,
  running: NONE,
  failed: NONE,
  moves: NO_MOVES,
};

/** Draw the shapes for a view over nothing; `ratio` is how many dots of the screen a pixel has. */
export function paint(context: Context, drawing: Drawing, view: View, ratio: number, inks: Inks): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  const pixel = place(context, view, ratio);
  paintAnnotations(context, drawing, inks, pixel);
  context.lineWidth = 1.25 * pixel;
  context.globalAlpha = 0.55;
  for (const [colour, path] of drawing.links) stroke(context, path, colour);
  context.globalAlpha = 1;
  for (const [colour, path] of drawing.bodies) fill(context, path, colour);
  for (const [colour, path] of drawing.heads) fill(context, path, colour);
}

/** Draw what stands out over the shapes of a view. */
export function paintMarks(
  context: Context,
  scene: Scene,
  view: View,
  ratio: number,
  inks: Inks,
  catalogue: Catalogue,
  marks: Marks,
): void {
  const pixel = place(context, view, ratio);
  context.lineWidth = 1.25 * pixel;
  if (marks.moves.size > 0) paintMoves(context, scene, marks.moves, inks, catalogue);
  outline(context, scene, marks.running, marks.moves, inks.running, 2 * pixel);
  outline(context, scene, marks.failed, marks.moves, inks.failed, 2 * pixel);
  outline(context, scene, marks.selected, marks.moves, inks.selected, 2 * pixel);
  if (marks.current)
    outline(context, scene, new Set([marks.current]), marks.moves, inks.text, 2 * pixel, 4 * pixel);
}

/** Draw in canvas units from now on; returns how many of them a pixel is. */
function place(context: Context, view: View, ratio: number): number {
  const scale = view.zoom * ratio;
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
  return 1 / view.zoom;
}

function stroke(context: Context, path: Path2D, colour: string): void {
  context.strokeStyle = colour;
  context.stroke(path);
}

function fill(context: Context, path: Path2D, colour: string): void {
  context.fillStyle = colour;
  context.fill(path);
}

function paintMoves(
  context: Context,
  scene: Scene,
  moves: ReadonlyMap<string, At>,
  inks: Inks,
  catalogue: Catalogue,
): void {
  const bodies = new Map<string, Path2D>();
  const heads = new Map<string, Path2D>();
  const links = new Map<string, Path2D>();
  for (const edge of scene.edges) {
    if (moves.has(edge.source) || moves.has(edge.target)) addLink(links, edge, scene, moves, catalogue, inks);
  }
  for (const [id, at] of moves) {
    const one = scene.nodes.get(id);
    if (one) addNode(bodies, heads, one, at, catalogue, inks);
  }
  for (const [colour, path] of links) stroke(context, path, colour);
  for (const [colour, path] of bodies) fill(context, path, colour);
  for (const [colour, path] of heads) fill(context, path, colour);
}

function outline(
  context: Context,
  scene: Scene,
  ids: ReadonlySet<string>,
  moves: ReadonlyMap<string, At>,
  colour: string,
  width: number,
  gap = 0,
): void {
  if (ids.size === 0) return;
  const path = new Path2D();
  for (const id of ids) {
    const one = scene.nodes.get(id);
    if (!one) continue;
    const [x, y] = moves.get(id) ?? one.at;
    path.rect(x - gap, y - gap, one.geometry.width + 2 * gap, one.geometry.height + 2 * gap);
  }
  context.lineWidth = width;
  stroke(context, path, colour);
}

function paintAnnotations(context: Context, drawing: Drawing, inks: Inks, pixel: number): void {
  context.font = `600 ${12 * pixel}px ${FONT}`;
  for (const { box, colour, text } of drawing.frames) {
    context.globalAlpha = 0.16;
    context.fillStyle = colour || inks.edge;
    context.fillRect(box.x, box.y, box.width, box.height);
    context.globalAlpha = 1;
    context.lineWidth = pixel;
    context.strokeStyle = colour || inks.line;
    context.strokeRect(box.x, box.y, box.width, box.height);
    if (text && box.width > 40 * pixel) {
      context.fillStyle = inks.text;
      context.fillText(text, box.x + 4 * pixel, box.y - 5 * pixel, box.width);
    }
  }
  for (const { box } of drawing.notes) {
    context.fillStyle = inks.note;
    context.fillRect(box.x, box.y, box.width, box.height);
  }
}

const FONT = "system-ui, sans-serif";

/** The node at a point of the canvas, the one drawn last first. */
export function nodeAt(scene: Scene, [x, y]: At, reach = 0): SceneNode | null {
  let found: SceneNode | null = null;
  for (const one of scene.nodes.values()) {
    const [left, top] = one.at;
    const { width, height } = one.geometry;
    if (x >= left - reach && y >= top - reach && x <= left + width + reach && y <= top + height + reach) {
      found = one;
    }
  }
  return found;
}

/** The nodes that a box touches. */
export function nodesIn(
  scene: Scene,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string[] {
  const found: string[] = [];
  for (const [id, { at, geometry }] of scene.nodes) {
    const apart =
      at[0] > box.x + box.width ||
      at[1] > box.y + box.height ||
      at[0] + geometry.width < box.x ||
      at[1] + geometry.height < box.y;
    if (!apart) found.push(id);
  }
  return found;
}
