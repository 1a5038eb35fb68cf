/**
 * What is painted: a byte for each pixel. In a mask it is how far the pixel is inside, in a label map the
 * number of its label; so no pixel is ever of a colour that the palette does not have.
 */

export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixels from (x0, y0) to before (x1, y1). */
export interface Area {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export type Point = readonly [number, number];

export function blank(width: number, height: number, value = 0): Raster {
  return { width, height, data: new Uint8Array(width * height).fill(value) };
}

export function whole({ width, height }: Raster): Area {
  return { x0: 0, y0: 0, x1: width, y1: height };
}

export function isEmpty({ x0, y0, x1, y1 }: Area): boolean {
  return x1 <= x0 || y1 <= y0;
}

/** The part of an area that a picture has, in whole pixels. */
export function inside({ x0, y0, x1, y1 }: Area, { width, height }: Raster): Area {
  const held = (number: number, most: number) => Math.min(most, Math.max(0, number));
  return {
    x0: held(Math.floor(x0), width),
    y0: held(Math.floor(y0), height),
    x1: held(Math.ceil(x1), width),
    y1: held(Math.ceil(y1), height),
  };
}

/** The smallest area that has both. */
export function joined(one: Area | null, other: Area): Area {
  if (!one) return other;
  return {
    x0: Math.min(one.x0, other.x0),
    y0: Math.min(one.y0, other.y0),
    x1: Math.max(one.x1, other.x1),
    y1: Math.max(one.y1, other.y1),
  };
}

/** The bytes of an area, row by row. */
export function cut(raster: Raster, area: Area): Uint8Array {
  const wide = area.x1 - area.x0;
  const bytes = new Uint8Array(wide * (area.y1 - area.y0));
  for (let y = area.y0; y < area.y1; y++) {
    const from = y * raster.width + area.x0;
    bytes.set(raster.data.subarray(from, from + wide), (y - area.y0) * wide);
  }
  return bytes;
}

/** Put bytes that were cut back into an area. */
export function paste(raster: Raster, area: Area, bytes: Uint8Array): void {
  const wide = area.x1 - area.x0;
  for (let y = area.y0; y < area.y1; y++) {
    const from = (y - area.y0) * wide;
    raster.data.set(bytes.subarray(from, from + wide), y * raster.width + area.x0);
  }
}

/** The same at another size; each pixel is the nearest one's, so that there are no values between. */
export function scaled(raster: Raster, width: number, height: number): Raster {
  const to = blank(width, height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x++) {
      to.data[y * width + x] = raster.data[row + Math.floor(((x + 0.5) * raster.width) / width)] ?? 0;
    }
  }
  return to;
}
