/** Pictures of the server as bytes to paint on. */

import { type Label, labelled } from "../graph/painting/palette.ts";
import type { Raster } from "../graph/painting/raster.ts";
import { Problem } from "../server/http.ts";

/** Whole numbers of pixels that a painting may have along a side. */
export const MOST_SIDE = 4096;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

/** A mask from a picture: white is inside, black or transparent outside. Raises `Problem`. */
export async function readMask(address: string): Promise<Raster> {
  const { width, height, rgba } = await readPixels(address);
  const data = new Uint8Array(width * height);
  for (let index = 0; index < data.length; index++) {
    const [r = 0, g = 0, b = 0, a = 0] = rgba.subarray(index * 4, index * 4 + 4);
    const light = r === g && g === b ? r : 0.2126 * r + 0.7152 * g + 0.0722 * b;
    data[index] = Math.round((light * a) / 255);
  }
  return { width, height, data };
}

/** A label map from a picture: each pixel has the label of the nearest colour. Raises `Problem`. */
export async function readLabels(address: string, labels: readonly Label[]): Promise<Raster> {
  const { width, height, rgba } = await readPixels(address);
  return { width, height, data: labelled(rgba, labels) };
}

/** The size of a picture; null where it can not be read. */
export async function sizeOf(address: string): Promise<readonly [number, number] | null> {
  const image = new Image();
  image.src = address;
  try {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  } catch {
    return null;
  }
}

/** A size that may be painted on, of the same shape. */
export function paintable([width, height]: readonly [number, number]): readonly [number, number] {
  const part = Math.min(1, MOST_SIDE / Math.max(width, height));
  return [Math.max(1, Math.round(width * part)), Math.max(1, Math.round(height * part))];
}

async function readPixels(address: string): Promise<Pixels> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Problem(answer.status, "picture_gone", `The server answered ${answer.status}.`);
  const whole = await createImageBitmap(await answer.blob(), {
    premultiplyAlpha: "none",
    colorSpaceConversion: "none",
  });
  const [width, height] = paintable([whole.width, whole.height]);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Problem(0, "no_canvas", "This browser can not read pictures.");
  context.imageSmoothingEnabled = false;
  context.drawImage(whole, 0, 0, width, height);
  whole.close();
  return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}
