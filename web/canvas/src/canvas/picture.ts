/**
 * The shapes of a scene drawn once, a little larger than what is seen, and put in place while one pans. Drawing
 * thousands of shapes takes longer than a frame; putting a picture elsewhere does not.
 */

import type { View } from "../state/view.ts";
import { type Drawing, type Inks, paint } from "./paint.ts";

const MARGIN = 0.25; // of what is seen, at each side

interface Made {
  readonly drawing: Drawing;
  readonly inks: Inks;
  readonly zoom: number;
  readonly ratio: number;
  /** The view that the picture's upper left corner has. */
  readonly x: number;
  readonly y: number;
}

export class Picture {
  private readonly canvas = new OffscreenCanvas(1, 1);
  private made: Made | null = null;

  /** A picture that covers what is seen, and where its corner lies; sizes and places in dots of the screen. */
  of(drawing: Drawing, view: View, [width, height]: readonly [number, number], ratio: number, inks: Inks) {
    const [marginX, marginY] = [Math.ceil(width * MARGIN), Math.ceil(height * MARGIN)];
    const { canvas } = this;
    if (canvas.width !== width + 2 * marginX || canvas.height !== height + 2 * marginY) {
      canvas.width = width + 2 * marginX;
      canvas.height = height + 2 * marginY;
      this.made = null;
    }
    const { made } = this;
    const [x, y] = made ? shift(made, view, ratio) : [0, 0];
    const covers = Math.abs(x + marginX) <= marginX && Math.abs(y + marginY) <= marginY;
    const same = made?.drawing === drawing && made.inks === inks;
    if (made && same && covers && made.zoom === view.zoom && made.ratio === ratio) return { canvas, x, y };
    const corner = { x: view.x + marginX / ratio, y: view.y + marginY / ratio };
    const context = canvas.getContext("2d");
    if (context) paint(context, drawing, { ...corner, zoom: view.zoom }, ratio, inks);
    this.made = { drawing, inks, ...corner, zoom: view.zoom, ratio };
    return { canvas, x: -marginX, y: -marginY };
  }
}

/** Where the picture's corner lies in a view, on whole dots: between them it would be blurred. */
function shift(made: Made, view: View, ratio: number): readonly [number, number] {
  return [Math.round((view.x - made.x) * ratio), Math.round((view.y - made.y) * ratio)];
}
