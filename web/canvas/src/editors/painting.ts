/** A painting under way: its pixels, what undoes them, and the canvas that shows them. */

import { fillAll, fillConnected, fillPolygon, fillRectangle, invert } from "../graph/painting/fill.ts";
import { Patches } from "../graph/painting/patches.ts";
import { type Area, isEmpty, type Point, type Raster, scaled, whole } from "../graph/painting/raster.ts";
import { type Brush, Stroke } from "../graph/painting/stroke.ts";

/** The colour that each byte is shown as, as a canvas has its pixels: red, green, blue and alpha in a number. */
export type Colours = Uint32Array;

export class Painting {
  private readonly patches = new Patches();
  private stroke: Stroke | null = null;
  private shown: { readonly context: CanvasRenderingContext2D; readonly pixels: ImageData } | null = null;
  private readonly listeners = new Set<() => void>();
  /** Grows with every change that is more than a part of a stroke. */
  version = 0;
  /** Whether anything differs from how it was opened. */
  changed = false;

  constructor(
    public raster: Raster,
    private colours: Colours,
  ) {}

  /** Be told of changes; returns what ends it. */
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get canUndo(): boolean {
    return this.patches.canUndo;
  }

  get canRedo(): boolean {
    return this.patches.canRedo;
  }

  /** Show the painting on a canvas, which gets its size. */
  showOn(canvas: HTMLCanvasElement | null): void {
    const context = canvas?.getContext("2d") ?? null;
    if (!canvas || !context) {
      this.shown = null;
      return;
    }
    canvas.width = this.raster.width;
    canvas.height = this.raster.height;
    this.shown = { context, pixels: new ImageData(this.raster.width, this.raster.height) };
    this.draw(whole(this.raster));
  }

  /** Show bytes as other colours. */
  setColours(colours: Colours): void {
    this.colours = colours;
    this.draw(whole(this.raster));
  }

  begin(brush: Brush, at: Point, pressure: number): void {
    this.stroke = new Stroke(this.raster, brush);
    this.draw(this.stroke.to(at, pressure));
  }

  goTo(at: Point, pressure: number): void {
    if (this.stroke) this.draw(this.stroke.to(at, pressure));
  }

  end(): void {
    const { stroke } = this;
    this.stroke = null;
    if (stroke?.area) this.done(stroke.area, stroke.original);
  }

  /** Leave a stroke out that turned out to be none: a second finger came. */
  cancel(): void {
    const area = this.stroke?.takeBack();
    this.stroke = null;
    if (area) this.draw(area);
  }

  fill(at: Point, value: number, tolerance: number): void {
    this.once((raster) => fillConnected(raster, at, value, tolerance));
  }

  fillRectangle(one: Point, other: Point, value: number): void {
    this.once((raster) => fillRectangle(raster, one, other, value));
  }

  fillPolygon(points: readonly Point[], value: number): void {
    this.once((raster) => fillPolygon(raster, points, value));
  }

  fillAll(value: number): void {
    this.once((raster) => fillAll(raster, value));
  }

  invert(): void {
    this.once(invert);
  }

  undo(): void {
    this.stepped(this.patches.undo(this.raster));
  }

  redo(): void {
    this.stepped(this.patches.redo(this.raster));
  }

  /** Change bytes in a way that can not be undone: a label went. */
  rewrite(make: (data: Uint8Array) => Uint8Array): void {
    this.raster.data.set(make(this.raster.data));
    this.patches.clear();
    this.draw(whole(this.raster));
    this.tell();
  }

  /** Another size; what is painted is scaled. */
  resize(width: number, height: number): void {
    if (width === this.raster.width && height === this.raster.height) return;
    this.raster = scaled(this.raster, width, height);
    this.patches.clear();
    this.showOn(this.shown?.context.canvas ?? null);
    this.tell();
  }

  /** Note a change that is not in the pixels: of the palette. */
  touch(): void {
    this.tell();
  }

  private once(change: (raster: Raster) => Area): void {
    const original = this.raster.data.slice();
    this.done(change(this.raster), original);
  }

  private done(area: Area, original: Uint8Array): void {
    this.patches.record(this.raster, area, original);
    this.draw(area);
    this.tell();
  }

  private stepped(area: Area | null): void {
    if (!area) return;
    this.draw(area);
    this.tell();
  }

  private tell(): void {
    this.changed = true;
    this.version++;
    for (const listener of this.listeners) listener();
  }

  private draw(area: Area): void {
    if (!this.shown || isEmpty(area)) return;
    const { context, pixels } = this.shown;
    const to = new Uint32Array(pixels.data.buffer);
    const { width, data } = this.raster;
    for (let y = area.y0; y < area.y1; y++) {
      for (let index = y * width + area.x0; index < y * width + area.x1; index++) {
        to[index] = this.colours[data[index] ?? 0] ?? 0;
      }
    }
    context.putImageData(pixels, 0, 0, area.x0, area.y0, area.x1 - area.x0, area.y1 - area.y0);
  }
}

/** How a mask is shown: in grey, or over a picture as a colour where it is inside. */
export function maskColours(over: boolean): Colours {
  return Uint32Array.from({ length: 256 }, (_, value) =>
    over ? pixel(255, 64, 96, value) : pixel(value, value, value, 255),
  );
}

/** How a label map is shown. */
export function labelColours(colours: readonly (readonly [number, number, number])[]): Colours {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const [r, g, b] = colours[index] ?? [0, 0, 0];
    return pixel(r, g, b, 255);
  });
}

function pixel(r: number, g: number, b: number, a: number): number {
  return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0; // little-endian, as every browser's machine is
}
