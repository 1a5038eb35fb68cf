/** Undo and redo within a painting: what was where, of the part of the picture that changed. */

import { type Area, cut, isEmpty, paste, type Raster } from "./raster.ts";

interface Patch {
  readonly area: Area;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const MOST_BYTES = 96 * 1024 * 1024;

export class Patches {
  private readonly past: Patch[] = [];
  private future: Patch[] = [];
  private bytes = 0;

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Take what was done to an area; `original` are the bytes of the whole picture before it. */
  record(raster: Raster, area: Area, original: Uint8Array): void {
    if (isEmpty(area)) return;
    const before = cut({ ...raster, data: original }, area);
    const after = cut(raster, area);
    if (before.every((byte, index) => byte === after[index])) return;
    this.future = [];
    this.past.push({ area, before, after });
    this.bytes += before.length * 2;
    while (this.bytes > MOST_BYTES && this.past.length > 1) {
      this.bytes -= (this.past.shift()?.before.length ?? 0) * 2;
    }
  }

  /** The area that is as it was a step ago, or null where there is none. */
  undo(raster: Raster): Area | null {
    const patch = this.past.pop();
    if (!patch) return null;
    this.future.push(patch);
    paste(raster, patch.area, patch.before);
    return patch.area;
  }

  redo(raster: Raster): Area | null {
    const patch = this.future.pop();
    if (!patch) return null;
    this.past.push(patch);
    paste(raster, patch.area, patch.after);
    return patch.area;
  }

  /** Forget everything: the picture has another size. */
  clear(): void {
    this.past.length = 0;
    this.future = [];
    this.bytes = 0;
  }
}
