/** Filling: what hangs together, rectangles, polygons, everything. Each gives the pixels that changed. */

import { type Area, inside, isEmpty, joined, type Point, type Raster, whole } from "./raster.ts";

const NOTHING: Area = { x0: 0, y0: 0, x1: 0, y1: 0 };

/**
 * Fill what hangs together, side by side, with the pixel at a point and differs from it by no more than
 * `tolerance`. Goes by runs of pixels, so that millions of them take no stack.
 */
export function fillConnected(raster: Raster, [x, y]: Point, value: number, tolerance = 0): Area {
  const { width, height, data } = raster;
  const startX = Math.floor(x);
  const startY = Math.floor(y);
  if (startX < 0 || startY < 0 || startX >= width || startY >= height) return NOTHING;
  const wanted = data[startY * width + startX] ?? 0;
  const seen = new Uint8Array(data.length);
  const fits = (index: number) => seen[index] === 0 && Math.abs((data[index] ?? 0) - wanted) <= tolerance;
  const waiting: number[] = [startY * width + startX];
  let area: Area | null = null;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (!fits(at)) continue;
    const row = Math.floor(at / width);
    let left = at;
    let right = at;
    while (left > row * width && fits(left - 1)) left--;
    while (right < (row + 1) * width - 1 && fits(right + 1)) right++;
    seen.fill(1, left, right + 1);
    data.fill(value, left, right + 1);
    area = joined(area, { x0: left - row * width, y0: row, x1: right - row * width + 1, y1: row + 1 });
    for (const next of [left - width, left + width]) {
      if (next >= 0 && next < data.length) waiting.push(...starts(next, next + right - left, fits));
    }
  }
  return area ?? NOTHING;
}

/** Where runs of pixels that fit begin, from one place to another. */
function starts(from: number, to: number, fits: (index: number) => boolean): number[] {
  const found: number[] = [];
  for (let index = from, open = false; index <= to; index++) {
    const fit = fits(index);
    if (fit && !open) found.push(index);
    open = fit;
  }
  return found;
}

/** Fill every pixel whose middle is between two points. */
export function fillRectangle(raster: Raster, one: Point, other: Point, value: number): Area {
  const area = inside(
    {
      x0: Math.round(Math.min(one[0], other[0])),
      y0: Math.round(Math.min(one[1], other[1])),
      x1: Math.round(Math.max(one[0], other[0])),
      y1: Math.round(Math.max(one[1], other[1])),
    },
    raster,
  );
  for (let y = area.y0; y < area.y1; y++) {
    raster.data.fill(value, y * raster.width + area.x0, y * raster.width + area.x1);
  }
  return isEmpty(area) ? NOTHING : area;
}

/** Fill every pixel whose middle is in a polygon, by the even-odd rule. */
export function fillPolygon(raster: Raster, points: readonly Point[], value: number): Area {
  if (points.length < 3) return NOTHING;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const bounds = {
    x0: Math.min(...xs),
    y0: Math.min(...ys),
    x1: Math.max(...xs),
    y1: Math.max(...ys),
  };
  const area = inside(bounds, raster);
  for (let y = area.y0; y < area.y1; y++) {
    const crossings = crossingsAt(points, y + 0.5);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const from = Math.max(area.x0, Math.ceil((crossings[index] ?? 0) - 0.5));
      const to = Math.min(area.x1, Math.ceil((crossings[index + 1] ?? 0) - 0.5));
      if (to > from) raster.data.fill(value, y * raster.width + from, y * raster.width + to);
    }
  }
  return isEmpty(area) ? NOTHING : area;
}

function crossingsAt(points: readonly Point[], y: number): number[] {
  const found: number[] = [];
  points.forEach(([x1, y1], index) => {
    const [x0, y0] = points.at(index - 1) ?? [x1, y1];
    if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  });
  return found.sort((a, b) => a - b);
}

export function fillAll(raster: Raster, value: number): Area {
  raster.data.fill(value);
  return whole(raster);
}

/** Inside becomes outside. */
export function invert(raster: Raster): Area {
  for (let index = 0; index < raster.data.length; index++) {
    raster.data[index] = 255 - (raster.data[index] ?? 0);
  }
  return whole(raster);
}
