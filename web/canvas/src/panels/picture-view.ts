/** Where a picture lies in its window: the arithmetic of zooming and moving. */

/** How large a pixel is, and where the left upper corner lies. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

type Size = readonly [number, number];

const LEAST = 0.02;
const MOST = 64;

/** All of a picture in the middle of its window; never larger than twice its pixels, unless it is tiny. */
export function fitted([width, height]: Size, [wide, high]: Size): View {
  const room = Math.min(wide / Math.max(width, 1), high / Math.max(height, 1));
  const scale = room >= 1 ? Math.max(1, Math.floor(room)) : Math.max(LEAST, room);
  return { scale, x: (wide - width * scale) / 2, y: (high - height * scale) / 2 };
}

/** Zoom so that what lies at a point stays there. */
export function zoomed(view: View, factor: number, [x, y]: Size): View {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const by = scale / view.scale;
  return { scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
}

export function moved(view: View, x: number, y: number): View {
  return { ...view, x: view.x + x, y: view.y + y };
}
