/** The canvas from afar: one drawing in place of thousands of elements, and what hands can do on it. */

import "./overview.css";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { titleOf } from "../graph/face.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments } from "../state/documents.ts";
import { commitMoves } from "../state/moving.ts";
import type { Scene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { pathOf, runOf, useSession } from "../state/session.ts";
import { canvasPoint, useView } from "../state/view.ts";
import {
  type Drawing,
  drawingOf,
  type Inks,
  type Marks,
  nodeAt,
  nodesIn,
  paint,
  paintMarks,
  readInks,
} from "./paint.ts";
import { Picture } from "./picture.ts";

type At = readonly [number, number];

interface Props {
  readonly scene: Scene;
  /** What takes the pointer: the overview itself lets it through, so that panning works as ever. */
  readonly surface: HTMLElement;
}

const NO_MOVES: ReadonlyMap<string, At> = new Map();

export function Overview({ scene, surface }: Props) {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const catalogue = useCatalogue((state) => state.catalogue);
  const current = useSelection((state) => state.current);
  const size = useView((state) => state.size);
  const [box, setBox] = useState<readonly [At, At] | null>(null);

  useLayoutEffect(() => {
    if (!canvas.current) return;
    const made = new Painter(canvas.current);
    painter.current = made;
    return () => made.end();
  }, []);

  useLayoutEffect(() => painter.current?.take(scene, catalogue), [scene, catalogue]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas of another size is empty
  useLayoutEffect(() => painter.current?.now(), [size]);

  useEffect(() => listen(surface, scene, (moves) => painter.current?.move(moves), setBox), [surface, scene]);

  const at = current === null ? undefined : scene.nodes.get(current);
  return (
    <>
      <canvas
        ref={canvas}
        className="overview"
        role="img"
        aria-label={t("overview.label", { count: scene.nodes.size })}
      />
      {box && <Box from={box[0]} to={box[1]} />}
      <p className="visually-hidden" aria-live="polite">
        {at && titleOf(at.node, at.face)}
      </p>
    </>
  );
}

function Box({ from, to }: { readonly from: At; readonly to: At }) {
  const { corner } = useView.getState();
  return (
    <div
      className="overview-box"
      style={{
        left: Math.min(from[0], to[0]) - corner[0],
        top: Math.min(from[1], to[1]) - corner[1],
        width: Math.abs(to[0] - from[0]),
        height: Math.abs(to[1] - from[1]),
      }}
    />
  );
}

const ZOOMING = 100; // milliseconds after which one zooms no more

/** Draws when anything changed that is drawn, at most once a frame. */
class Painter {
  private readonly canvas: HTMLCanvasElement;
  private scene: Scene | null = null;
  private drawing: Drawing | null = null;
  private inks: Inks;
  private moves = NO_MOVES;
  private frame = 0;
  private zoom = 0; // that was drawn last
  private zoomed = 0; // when it became another
  private readonly picture = new Picture();
  private readonly stops: (() => void)[];

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.inks = readInks(canvas);
    const theme = new MutationObserver(() => {
      this.inks = readInks(canvas);
      this.redraw();
    });
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.stops = [
      useView.subscribe(() => this.soon()),
      useSelection.subscribe(() => this.soon()),
      useSession.subscribe(() => this.soon()),
      () => theme.disconnect(),
      () => cancelAnimationFrame(this.frame),
    ];
  }

  end(): void {
    for (const stop of this.stops) stop();
  }

  take(scene: Scene, catalogue = useCatalogue.getState().catalogue): void {
    this.scene = scene;
    this.drawing = drawingOf(scene, catalogue, this.inks, new Set(this.moves.keys()));
    this.now();
  }

  /** Draw nodes where they are dragged to. */
  move(moves: ReadonlyMap<string, At>): void {
    const same = moves.size === this.moves.size && [...moves.keys()].every((id) => this.moves.has(id));
    this.moves = moves;
    if (same) this.soon();
    else this.redraw();
  }

  private redraw(): void {
    if (this.scene) this.take(this.scene);
  }

  private soon(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.now());
  }

  now(): void {
    const { canvas, scene, drawing } = this;
    const context = canvas.getContext("2d", { alpha: true });
    if (!context || !scene || !drawing) return;
    const { view, size } = useView.getState();
    const ratio = Math.min(window.devicePixelRatio, 2);
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const { catalogue } = useCatalogue.getState();
    if (view.zoom !== this.zoom) this.zoomed = performance.now();
    this.zoom = view.zoom;
    if (performance.now() - this.zoomed > ZOOMING) {
      const still = this.picture.of(drawing, view, [width, height], ratio, this.inks);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
      context.drawImage(still.canvas, still.x, still.y);
    } else {
      paint(context, drawing, view, ratio, this.inks); // while one zooms, a picture serves no second frame
    }
    paintMarks(context, scene, view, ratio, this.inks, catalogue, this.marks());
  }

  private marks(): Marks {
    const { nodes: selected, current } = useSelection.getState();
    const session = useSession.getState();
    const tab = useDocuments.getState().active ?? "";
    const here = pathOf(session, tab, "");
    const running = new Set<string>();
    const failed = new Set<string>();
    for (const [path, { status }] of runOf(session, tab)?.nodes ?? []) {
      if (!path.startsWith(here)) continue;
      const id = path.slice(here.length).replace(/[/[#].*$/, ""); // what runs inside a node counts as its own
      if (status === "running") running.add(id);
      if (status === "failed") failed.add(id);
    }
    return { selected, current, running, failed, moves: this.moves };
  }
}

const STILL = 4; // pixels that a click may move

/**
 * Selecting, dragging and choosing by a box. Listens before the canvas below does, and keeps from it what it has
 * a use for; what is left pans and zooms.
 */
function listen(
  surface: HTMLElement,
  scene: Scene,
  move: (moves: ReadonlyMap<string, At>) => void,
  setBox: (box: readonly [At, At] | null) => void,
): () => void {
  let gesture: { kind: "node" | "box"; start: At; node: string; moves: Map<string, At> } | null = null;

  const down = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target instanceof Element) || !event.target.closest(".react-flow"))
      return;
    const start: At = [event.clientX, event.clientY];
    const hit = nodeAt(scene, canvasPoint(start));
    if (!hit && !event.shiftKey) return;
    // A finger drags what is selected; on everything else it pans and pinches.
    if (event.pointerType === "touch" && !useSelection.getState().nodes.has(hit?.id ?? "")) return;
    gesture = { kind: hit ? "node" : "box", start, node: hit?.id ?? "", moves: new Map() };
    surface.setPointerCapture(event.pointerId);
    event.stopPropagation();
  };

  const moved = (event: PointerEvent) => {
    if (!gesture) return;
    event.stopPropagation();
    const now: At = [event.clientX, event.clientY];
    if (gesture.kind === "box") return setBox([gesture.start, now]);
    if (gesture.moves.size === 0 && distance(gesture.start, now) < STILL) return;
    const { nodes } = useSelection.getState();
    const dragged = nodes.has(gesture.node) ? nodes : new Set([gesture.node]);
    const { zoom } = useView.getState().view;
    const [dx, dy] = [(now[0] - gesture.start[0]) / zoom, (now[1] - gesture.start[1]) / zoom];
    gesture.moves = new Map();
    for (const id of dragged) {
      const one = scene.nodes.get(id);
      if (one) gesture.moves.set(id, [one.at[0] + dx, one.at[1] + dy]);
    }
    move(gesture.moves);
  };

  const up = (event: PointerEvent) => {
    if (!gesture) return;
    event.stopPropagation();
    const { kind, start, node, moves } = gesture;
    gesture = null;
    if (kind === "box") {
      setBox(null);
      return chooseBox(scene, start, [event.clientX, event.clientY]);
    }
    if (moves.size > 0) {
      move(NO_MOVES);
      commitMoves(scene, moves, event.altKey);
    } else {
      choose(node, event.shiftKey || event.ctrlKey || event.metaKey);
    }
  };

  const tapped = (event: PointerEvent) => {
    const hit = event.pointerType === "touch" && nodeAt(scene, canvasPoint([event.clientX, event.clientY]));
    const onCanvas = event.target instanceof Element && event.target.closest(".react-flow");
    if (!hit || !onCanvas) return;
    event.stopPropagation();
    choose(hit.id, false);
  };

  const cancel = () => {
    gesture = null;
    setBox(null);
    move(NO_MOVES);
  };

  // The canvas below also listens to these; they follow a pointerdown that was taken.
  const keep = (event: Event) => {
    if (gesture) event.stopPropagation();
  };

  const heard: [string, (event: never) => void][] = [
    ["pointerdown", down],
    ["pointermove", moved],
    ["pointerup", up],
    ["pointercancel", cancel],
    ["click", tapped],
    ["mousedown", keep],
    ["touchstart", keep],
  ];
  for (const [name, listener] of heard) surface.addEventListener(name, listener as EventListener, true);
  return () => {
    for (const [name, listener] of heard) surface.removeEventListener(name, listener as EventListener, true);
  };
}

function choose(node: string, toggles: boolean): void {
  const selection = useSelection.getState();
  if (toggles) selection.toggle(node);
  else selection.select([node]);
  selection.setCurrent(node);
}

function chooseBox(scene: Scene, from: At, to: At): void {
  const [x1, y1] = canvasPoint(from);
  const [x2, y2] = canvasPoint(to);
  const box = {
    x: Math.min(x1, x2),
    y: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
  };
  useSelection.getState().select(nodesIn(scene, box));
}

function distance([x, y]: At, [u, v]: At): number {
  return Math.hypot(x - u, y - v);
}
