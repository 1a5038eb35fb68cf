/** Frames around nodes, and notes. */

import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import {
  type Annotation,
  type Body,
  type Box,
  bodyAt,
  type Place,
  readAnnotation,
  type Workflow,
} from "../workflow.ts";
import { freeName, objectAt, put, rawAt } from "./edit.ts";
import { moveNodes } from "./layout.ts";

/** Frames have a title, notes have a text. */
export type AnnotationKind = "frames" | "notes";

export interface AnnotationChange {
  readonly text?: string;
  readonly box?: Box;
  readonly colour?: string;
}

const WORDS: Readonly<Record<AnnotationKind, string>> = { frames: "title", notes: "text" };

/** Add a frame or a note under an id that is free. */
export function addAnnotation(
  workflow: Workflow,
  place: Place,
  kind: AnnotationKind,
  made: { readonly text: string; readonly box: Box; readonly colour?: string },
): { readonly workflow: Workflow; readonly id: string } {
  const { frames, notes } = bodyAt(workflow, place).layout;
  const taken = new Set([...frames, ...notes].map((one) => one.id));
  const id = freeName(kind === "frames" ? "frame" : "note", taken);
  const raw = new Map<string, Json>([
    ["id", id],
    [WORDS[kind], made.text],
    ["box", boxed(made.box)],
  ]);
  if (made.colour) raw.set("colour", made.colour);
  const before = listOf(workflow, place, kind);
  return { workflow: put(workflow, place, ["layout", kind], [...before, raw]), id };
}

/** Add copies of the frames and notes of a layout, under fresh ids. */
export function addAnnotations(
  workflow: Workflow,
  place: Place,
  layout: JsonObject,
  [dx, dy]: readonly [number, number],
): Workflow {
  let changed = workflow;
  const before = bodyAt(workflow, place).layout;
  const taken = new Set([...before.frames, ...before.notes].map((one) => one.id));
  for (const kind of ["frames", "notes"] as const) {
    const raws = layout.get(kind);
    const list = isArray(raws) ? raws : [];
    const copies = list.flatMap((raw, index) => {
      const [one] = readAnnotation(raw, index, WORDS[kind]);
      if (!one || !isObject(raw)) return [];
      const id = freeName(one.id, taken);
      taken.add(id);
      const box = boxed({ ...one.box, x: one.box.x + dx, y: one.box.y + dy });
      return [new Map<string, Json>(raw).set("id", id).set("box", box)];
    });
    if (copies.length === 0) continue;
    changed = put(changed, place, ["layout", kind], [...listOf(changed, place, kind), ...copies]);
  }
  return changed;
}

/** Change the words, the box or the colour of a frame or a note. */
export function editAnnotation(
  workflow: Workflow,
  place: Place,
  kind: AnnotationKind,
  id: string,
  change: AnnotationChange,
): Workflow {
  return changeOne(workflow, place, kind, id, (raw) => {
    const now = new Map(raw);
    if (change.text !== undefined) now.set(WORDS[kind], change.text);
    if (change.box) now.set("box", boxed(change.box));
    if (change.colour === "") now.delete("colour");
    else if (change.colour !== undefined) now.set("colour", change.colour);
    return now;
  });
}

/** Remove frames and notes; the nodes in a frame stay. */
export function removeAnnotations(workflow: Workflow, place: Place, ids: ReadonlySet<string>): Workflow {
  let changed = workflow;
  for (const kind of ["frames", "notes"] as const) {
    const before = listOf(changed, place, kind);
    const left = before.filter((raw, index) => !ids.has(idOf(raw, index)));
    if (left.length < before.length) changed = put(changed, place, ["layout", kind], left);
  }
  return changed;
}

/** Move a frame with what is in it. `inside` are the ids of nodes, frames and notes that move along. */
export function moveFrame(
  workflow: Workflow,
  place: Place,
  id: string,
  by: readonly [number, number],
  inside: ReadonlySet<string>,
  positions: ReadonlyMap<string, readonly [number, number]>,
): Workflow {
  const nodes = new Map<string, readonly [number, number]>();
  for (const [node, [x, y]] of positions) if (inside.has(node)) nodes.set(node, [x + by[0], y + by[1]]);
  const moved = nodes.size > 0 ? moveNodes(workflow, place, nodes) : workflow;
  return moveAnnotations(moved, place, new Set([...inside, id]), by);
}

/** Move frames and notes, without what is in them. */
export function moveAnnotations(
  workflow: Workflow,
  place: Place,
  ids: ReadonlySet<string>,
  [dx, dy]: readonly [number, number],
): Workflow {
  const { frames, notes } = bodyAt(workflow, place).layout;
  let changed = workflow;
  for (const [kind, those] of [["frames", frames] as const, ["notes", notes] as const]) {
    for (const { id, box } of those) {
      if (!ids.has(id)) continue;
      const now = { ...box, x: box.x + dx, y: box.y + dy };
      changed = editAnnotation(changed, place, kind, id, { box: now });
    }
  }
  return changed;
}

/** What lies in a frame: nodes with their middle in it, frames and notes that are wholly in it. */
export function insideFrame(body: Body, frame: Box, boxes: ReadonlyMap<string, Box>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [id, box] of boxes) {
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height)
      found.add(id);
  }
  for (const one of [...body.layout.frames, ...body.layout.notes]) {
    if (one.box !== frame && encloses(frame, one)) found.add(one.id);
  }
  return found;
}

function encloses(frame: Box, { box }: Annotation): boolean {
  return (
    box.x >= frame.x &&
    box.y >= frame.y &&
    box.x + box.width <= frame.x + frame.width &&
    box.y + box.height <= frame.y + frame.height
  );
}

/** The box around boxes, with room for a frame's title; null around nothing. */
export function boxAround(boxes: Iterable<Box>, margin = 24, title = 40): Box | null {
  const all = [...boxes];
  if (all.length === 0) return null;
  const x = Math.min(...all.map((one) => one.x)) - margin;
  const y = Math.min(...all.map((one) => one.y)) - margin - title;
  const right = Math.max(...all.map((one) => one.x + one.width)) + margin;
  const bottom = Math.max(...all.map((one) => one.y + one.height)) + margin;
  return { x, y, width: right - x, height: bottom - y };
}

/** The entry of the layout for an annotation that is read; those without an id are known by their place. */
export function idOf(raw: Json, index: number): string {
  const id = isObject(raw) ? raw.get("id") : undefined;
  return typeof id === "string" ? id : `at${index}`;
}

function listOf(workflow: Workflow, place: Place, kind: AnnotationKind): readonly Json[] {
  const list = objectAt(workflow, place, ["layout"]).get(kind);
  return isArray(list) ? list : [];
}

function boxed(box: Box): Json {
  return [box.x, box.y, box.width, box.height].map((one) => Math.round(one) || 0);
}

function changeOne(
  workflow: Workflow,
  place: Place,
  kind: AnnotationKind,
  id: string,
  change: (raw: JsonObject) => JsonObject,
): Workflow {
  const list = rawAt(workflow, place, ["layout", kind]);
  if (!isArray(list)) return workflow;
  const at = list.findIndex((raw, index) => isObject(raw) && idOf(raw, index) === id);
  const raw = list[at];
  return isObject(raw) ? put(workflow, place, ["layout", kind], list.with(at, change(raw))) : workflow;
}
