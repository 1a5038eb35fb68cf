/** The picture that is painted on: brush, shapes, zoom to the pointer, pan with two fingers, Space or the wheel. */

import "./paint-surface.css";
import {
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Point } from "../graph/painting/raster.ts";
import type { Brush } from "../graph/painting/stroke.ts";
import { useT } from "../i18n/i18n.ts";
import { useEscape } from "../ui/use-escape.ts";
import type { Painting } from "./painting.ts";

export type Tool = "brush" | "erase" | "fill" | "rectangle" | "polygon";

export interface PaintSurfaceProps {
  readonly painting: Painting;
  /** The size that the painting has now. */
  readonly size: readonly [number, number];
  readonly tool: Tool;
  readonly brush: Brush;
  /** How far a pixel may differ from the one that was pressed, for filling. */
  readonly tolerance: number;
  readonly underlay: string;
  /** How much the painting covers the picture under it, from 0 to 1. */
  readonly opacity: number;
}

/** Pixels of the page for a pixel of the painting, and where its corner is in the stage. */
interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export function PaintSurface(props: PaintSurfaceProps) {
  const { painting, size, tool, brush, underlay, opacity } = props;
  const t = useT();
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLSpanElement>(null);
  const view = useView(stage, size);
  const shape = useShape(props);
  const gestures = usePainting(props, view, canvas, shape);
  const [width, height] = size;
  useLayoutEffect(() => {
    painting.showOn(canvas.current);
    return () => painting.showOn(null);
  }, [painting]);
  const follow = (event: PointerEvent) => {
    const area = stage.current?.getBoundingClientRect();
    if (!area || !cursor.current) return;
    cursor.current.dataset.placed = "";
    cursor.current.style.translate = `${event.clientX - area.left}px ${event.clientY - area.top}px`;
  };
  const { scale, x, y } = view.now;
  const round = tool === "brush" || tool === "erase";
  return (
    <div
      ref={stage}
      className="paint-stage"
      data-tool={tool}
      data-panning={view.panning || undefined}
      onPointerMoveCapture={follow}
      {...gestures}
    >
      <div
        className="paint-paper"
        style={{ width: width * scale, height: height * scale, translate: `${x}px ${y}px` }}
      >
        {underlay && <img src={underlay} alt="" draggable={false} />}
        <canvas
          ref={canvas}
          role="img"
          aria-label={t("paint.canvas", { width, height })}
          style={{ opacity: underlay ? opacity : 1 }}
          data-pixels={scale >= 2 || undefined}
        />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          {shape.points.length > 0 && <path d={shape.path} />}
        </svg>
      </div>
      {round && (
        <span
          ref={cursor}
          className="paint-cursor"
          style={{ width: brush.radius * 2 * scale, height: brush.radius * 2 * scale }}
        />
      )}
    </div>
  );
}

interface ViewControl {
  readonly now: View;
  /** Whether a press moves the view instead of painting: Space is held. */
  readonly panning: boolean;
  readonly zoomAt: (clientX: number, clientY: number, factor: number) => void;
  readonly panBy: (dx: number, dy: number) => void;
}

const MARGIN = 24;
const ZOOM: readonly [number, number] = [0.05, 40];

function useView(
  stage: RefObject<HTMLDivElement | null>,
  [width, height]: readonly [number, number],
): ViewControl {
  const [now, setNow] = useState<View>({ scale: 1, x: 0, y: 0 });
  const [panning, setPanning] = useState(false);
  const showAll = useCallback(() => {
    const area = stage.current;
    if (!area) return;
    const { clientWidth, clientHeight } = area;
    const scale = Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height);
    setNow({ scale, x: (clientWidth - width * scale) / 2, y: (clientHeight - height * scale) / 2 });
  }, [stage, width, height]);
  const zoomAt = useCallback(
    (clientX: number, clientY: number, factor: number) => {
      const area = stage.current?.getBoundingClientRect();
      if (!area) return;
      setNow((before) => {
        const scale = Math.min(ZOOM[1], Math.max(ZOOM[0], before.scale * factor));
        const [px, py] = [clientX - area.left, clientY - area.top];
        const by = scale / before.scale;
        return { scale, x: px - (px - before.x) * by, y: py - (py - before.y) * by };
      });
    },
    [stage],
  );
  const panBy = useCallback((dx: number, dy: number) => {
    setNow((before) => ({ ...before, x: before.x + dx, y: before.y + dy }));
  }, []);
  useLayoutEffect(() => {
    showAll();
    const sizes = new ResizeObserver(showAll);
    if (stage.current) sizes.observe(stage.current);
    return () => sizes.disconnect();
  }, [showAll, stage]);
  useEffect(() => {
    const area = stage.current;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.shiftKey) panBy(-event.deltaY, -event.deltaX);
      else zoomAt(event.clientX, event.clientY, Math.exp(-event.deltaY / 400));
    };
    const key = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement) return;
      if (event.code === "Space") {
        event.preventDefault();
        setPanning(event.type === "keydown");
      }
      if (event.type === "keydown" && event.key === "0") showAll();
    };
    area?.addEventListener("wheel", wheel, { passive: false });
    document.addEventListener("keydown", key);
    document.addEventListener("keyup", key);
    return () => {
      area?.removeEventListener("wheel", wheel);
      document.removeEventListener("keydown", key);
      document.removeEventListener("keyup", key);
    };
  }, [stage, showAll, zoomAt, panBy]);
  return { now, panning, zoomAt, panBy };
}

interface Shape {
  readonly points: readonly Point[];
  readonly path: string;
  readonly set: (points: readonly Point[]) => void;
}

/** The rectangle or polygon that is being drawn. Enter closes a polygon, Backspace takes its last point, Escape all. */
function useShape({ painting, tool, brush }: PaintSurfaceProps): Shape {
  const [points, set] = useState<readonly Point[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tool begins anew
  useEffect(() => set([]), [tool]);
  useEffect(() => {
    if (tool !== "polygon" || points.length === 0) return;
    const key = (event: KeyboardEvent) => {
      if (event.key === "Enter") painting.fillPolygon(points, brush.value);
      else if (event.key !== "Backspace" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation(); // Escape would leave the painter
      set(event.key === "Backspace" ? points.slice(0, -1) : []);
    };
    document.addEventListener("keydown", key, true);
    return () => document.removeEventListener("keydown", key, true);
  }, [tool, points, painting, brush.value]);
  const [first, second] = points;
  const path =
    tool === "rectangle" && first && second
      ? `M${first}H${second[0]}V${second[1]}H${first[0]}Z`
      : `M${points.join("L")}`;
  return { points, path, set };
}

const CLOSES = 10; // pixels of the page from the first point of a polygon, where a press closes it

/** Pointers on the stage: one paints, two move the view, the middle button and Space move it too. */
function usePainting(
  { painting, tool, brush, tolerance }: PaintSurfaceProps,
  view: ViewControl,
  canvas: RefObject<HTMLCanvasElement | null>,
  shape: Shape,
) {
  const pointers = useRef(new Map<number, Point>());
  const doing = useRef<"stroke" | "rectangle" | "pan" | "pinch" | "dropped" | null>(null);
  const place = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const area = canvas.current?.getBoundingClientRect();
    const { width, height } = painting.raster;
    if (!area) return [0, 0];
    return [
      ((event.clientX - area.left) / area.width) * width,
      ((event.clientY - area.top) / area.height) * height,
    ];
  };
  const begin = (event: PointerEvent) => {
    const at = place(event);
    if (tool === "fill") return painting.fill(at, brush.value, tolerance);
    if (tool === "polygon") return corner(at);
    if (tool === "rectangle") {
      doing.current = "rectangle";
      return shape.set([at, at]);
    }
    doing.current = "stroke";
    painting.begin(brush, at, pressureOf(event));
  };
  const corner = (at: Point) => {
    const [first] = shape.points;
    const near = first && Math.hypot(at[0] - first[0], at[1] - first[1]) * view.now.scale < CLOSES;
    if (near && shape.points.length > 2) {
      painting.fillPolygon(shape.points, brush.value);
      shape.set([]);
    } else shape.set([...shape.points, at]);
  };
  const pinch = (event: PointerEvent) => {
    const before = [...pointers.current.values()];
    pointers.current.set(event.pointerId, [event.clientX, event.clientY]);
    const [[ax, ay] = [0, 0], [bx, by] = [0, 0]] = before;
    const [[cx, cy] = [0, 0], [dx, dy] = [0, 0]] = [...pointers.current.values()];
    view.panBy((cx + dx - ax - bx) / 2, (cy + dy - ay - by) / 2);
    const factor = Math.hypot(cx - dx, cy - dy) / Math.max(1, Math.hypot(ax - bx, ay - by));
    view.zoomAt((cx + dx) / 2, (cy + dy) / 2, factor);
  };
  const drop = () => {
    painting.cancel();
    shape.set([]);
    doing.current = null;
  };
  useEscape(() => {
    if (doing.current === null) return false;
    drop();
    doing.current = "dropped"; // until the pointer is let go
    return true;
  });
  const end = (event: PointerEvent) => {
    pointers.current.delete(event.pointerId);
    if (doing.current === "stroke") painting.end();
    if (doing.current === "rectangle") {
      const [one, other] = shape.points;
      if (one && other) painting.fillRectangle(one, other, brush.value);
      shape.set([]);
    }
    if (doing.current !== "pinch" || pointers.current.size === 0) doing.current = null;
  };
  return {
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, [event.clientX, event.clientY]);
      if (pointers.current.size === 2) {
        painting.cancel();
        shape.set([]);
        doing.current = "pinch";
        return;
      }
      if (doing.current) return;
      if (event.button === 1 || view.panning) doing.current = "pan";
      else if (event.button === 0) begin(event);
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      if (doing.current === "pinch") return pinch(event);
      pointers.current.set(event.pointerId, [event.clientX, event.clientY]);
      if (doing.current === "pan") view.panBy(event.clientX - before[0], event.clientY - before[1]);
      if (doing.current === "rectangle") shape.set([...shape.points.slice(0, 1), place(event)]);
      if (doing.current !== "stroke") return;
      const parts = event.nativeEvent.getCoalescedEvents();
      for (const part of parts.length > 0 ? parts : [event.nativeEvent]) {
        painting.goTo(place(part), pressureOf(part));
      }
    },
    onPointerUp: end,
    onPointerCancel(event: PointerEvent) {
      drop();
      pointers.current.delete(event.pointerId);
    },
  };
}

/** How hard a pen is pressed; everything else presses fully. */
function pressureOf({
  pointerType,
  pressure,
}: {
  readonly pointerType: string;
  readonly pressure: number;
}): number {
  return pointerType === "pen" ? Math.max(0.05, pressure) : 1;
}
