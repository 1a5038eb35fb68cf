/**
 * A stroke of the brush. Within one stroke each pixel is covered as much as by its nearest part, so that going
 * over a place twice makes nothing darker; what was there before shows through where the brush is soft.
 */

import { type Area, inside, joined, type Point, type Raster } from "./raster.ts";

export interface Brush {
  /** In pixels, where the pen is pressed fully. */
  readonly radius: number;
  /** 1 is a hard edge, 0 a brush that fades from its middle on. */
  readonly hardness: number;
  /** What is painted: from 0 to 255. */
  readonly value: number;
  /** Whether pixels may be partly covered: false for labels. */
  readonly smooth: boolean;
}

export class Stroke {
  private readonly covered: Uint8Array;
  private readonly before: Uint8Array;
  private last: { readonly at: Point; readonly radius: number } | null = null;
  /** The pixels that were changed. */
  area: Area | null = null;

  constructor(
    private readonly raster: Raster,
    private readonly brush: Brush,
  ) {
    this.before = raster.data.slice();
    this.covered = new Uint8Array(raster.data.length);
  }

  /** Go on to a point, pressed by 0 to 1; gives the pixels that changed. */
  to(at: Point, pressure = 1): Area {
    const radius = Math.max(0.5, this.brush.radius * pressure);
    const from = this.last ?? { at, radius };
    this.last = { at, radius };
    const most = Math.max(radius, from.radius) + 1;
    const touched: Area = {
      x0: Math.min(at[0], from.at[0]) - most,
      y0: Math.min(at[1], from.at[1]) - most,
      x1: Math.max(at[0], from.at[0]) + most,
      y1: Math.max(at[1], from.at[1]) + most,
    };
    const area = inside(touched, this.raster);
    this.cover(area, from.at, at, from.radius, radius);
    this.area = joined(this.area, area);
    return area;
  }

  /** Take the whole stroke back; gives the pixels that changed. */
  takeBack(): Area | null {
    this.raster.data.set(this.before);
    return this.area;
  }

  /** The bytes that were there before the stroke, of the whole picture. */
  get original(): Uint8Array {
    return this.before;
  }

  private cover(area: Area, [ax, ay]: Point, [bx, by]: Point, fromRadius: number, toRadius: number): void {
    const { width, data } = this.raster;
    const dx = bx - ax;
    const dy = by - ay;
    const long = dx * dx + dy * dy;
    for (let y = area.y0; y < area.y1; y++) {
      for (let x = area.x0; x < area.x1; x++) {
        const px = x + 0.5 - ax;
        const py = y + 0.5 - ay;
        const along = long === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / long));
        const far = Math.hypot(px - along * dx, py - along * dy);
        const cover = this.coverage(far, fromRadius + (toRadius - fromRadius) * along);
        const index = y * width + x;
        if (cover <= (this.covered[index] ?? 0)) continue;
        this.covered[index] = cover;
        const old = this.before[index] ?? 0;
        data[index] = Math.round(old + ((this.brush.value - old) * cover) / 255);
      }
    }
  }

  /** From 0 to 255, so far from the middle of the stroke. */
  private coverage(far: number, radius: number): number {
    if (!this.brush.smooth) return far <= radius ? 255 : 0;
    const hard = radius * this.brush.hardness;
    const fades = Math.max(1, radius - hard); // a hard edge is a pixel wide, as a letter's is
    const edge = Math.min(1, Math.max(0, (Math.max(radius, hard + fades) - far) / fades));
    const eased = this.brush.hardness < 1 ? edge * edge * (3 - 2 * edge) : edge;
    return Math.round(eased * 255);
  }
}
