import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fillAll, fillConnected, fillPolygon, fillRectangle, invert } from "./fill.ts";
import {
  freeColour,
  freeLabel,
  labelled,
  readPalette,
  rgbOf,
  withoutLabel,
  writePalette,
} from "./palette.ts";
import { Patches } from "./patches.ts";
import { encodePng } from "./png.ts";
import { blank, cut, inside, paste, type Raster, scaled } from "./raster.ts";
import { type Brush, Stroke } from "./stroke.ts";

const HARD: Brush = { radius: 4, hardness: 1, value: 255, smooth: true };

function drawn(...rows: string[]): Raster {
  const width = rows[0]?.length ?? 0;
  return { width, height: rows.length, data: Uint8Array.from(rows.join(""), (one) => Number(one)) };
}

function shown({ width, height, data }: Raster): string[] {
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(""));
}

describe("a stroke", () => {
  it("covers what lies under the brush and leaves the rest", () => {
    const raster = blank(40, 40);
    new Stroke(raster, HARD).to([20, 20]);
    expect(raster.data[20 * 40 + 20]).toBe(255);
    expect(raster.data[20 * 40 + 26]).toBe(0);
  });

  it("has no gap between points that are far apart", () => {
    const raster = blank(100, 20);
    const stroke = new Stroke(raster, HARD);
    stroke.to([5, 10]);
    stroke.to([95, 10]);
    expect([...raster.data.subarray(10 * 100 + 5, 10 * 100 + 95)].every((one) => one === 255)).toBe(true);
  });

  it("makes nothing darker by going over it twice", () => {
    const soft = { ...HARD, hardness: 0, radius: 10 };
    const once = blank(40, 40);
    new Stroke(once, soft).to([20, 20]);
    const twice = blank(40, 40);
    const stroke = new Stroke(twice, soft);
    stroke.to([20, 20]);
    stroke.to([20, 20]);
    expect(twice.data).toEqual(once.data);
  });

  it("is soft where the brush is, and of whole values where it may not be", () => {
    const values = (brush: Brush) => {
      const raster = blank(60, 60);
      new Stroke(raster, brush).to([30, 30]);
      return new Set(raster.data);
    };
    expect(values({ ...HARD, radius: 20, hardness: 0.2 }).size).toBeGreaterThan(20);
    expect(values({ ...HARD, radius: 20, value: 7, smooth: false })).toEqual(new Set([0, 7]));
  });

  it("is thinner where the pen is pressed less", () => {
    const painted = (pressure: number) => {
      const raster = blank(60, 60);
      new Stroke(raster, { ...HARD, radius: 20 }).to([30, 30], pressure);
      return raster.data.filter((one) => one > 0).length;
    };
    expect(painted(0.5)).toBeLessThan(painted(1) / 2);
  });

  it("changes nothing outside the area that it tells, and can be taken back", () => {
    const at = fc.tuple(fc.integer({ min: -20, max: 60 }), fc.integer({ min: -20, max: 60 }));
    fc.assert(
      fc.property(fc.array(at, { minLength: 1, maxLength: 6 }), fc.nat(12), (points, radius) => {
        const raster = blank(40, 40, 9);
        const stroke = new Stroke(raster, { ...HARD, radius });
        for (const point of points) stroke.to(point);
        const { x0 = 0, y0 = 0, x1 = 0, y1 = 0 } = stroke.area ?? {};
        raster.data.forEach((one, index) => {
          const [x, y] = [index % 40, Math.floor(index / 40)];
          if (x < x0 || x >= x1 || y < y0 || y >= y1) expect(one).toBe(9);
        });
        stroke.takeBack();
        expect(raster.data).toEqual(blank(40, 40, 9).data);
      }),
      { numRuns: 40 },
    );
  });
});

describe("filling", () => {
  it("goes as far as pixels hang together", () => {
    const raster = drawn("00100", "00100", "11100", "00000");
    fillConnected(raster, [0, 0], 5);
    expect(shown(raster)).toEqual(["55100", "55100", "11100", "00000"]);
  });

  it("finds the same pixels as spreading one by one", () => {
    const picture = fc.array(fc.nat(1), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(picture, fc.nat(7), fc.nat(7), (pixels, x, y) => {
        const raster: Raster = { width: 8, height: 8, data: Uint8Array.from(pixels) };
        const wanted = raster.data[y * 8 + x];
        const reached = new Set([y * 8 + x]);
        for (const at of reached) {
          const beside = [at - 8, at + 8, ...(at % 8 ? [at - 1] : []), ...(at % 8 < 7 ? [at + 1] : [])];
          for (const one of beside) if (pixels[one] === wanted) reached.add(one);
        }
        fillConnected(raster, [x, y], 9);
        expect(new Set([...raster.data.keys()].filter((at) => raster.data[at] === 9))).toEqual(reached);
      }),
    );
  });

  it("takes in what is nearly the same, if asked", () => {
    const raster = drawn("0123456789");
    fillConnected(raster, [4, 0], 0, 2);
    expect(shown(raster)).toEqual(["0100000789"]);
  });

  it("of millions of pixels needs no stack", () => {
    const raster = blank(2000, 1000);
    fillConnected(raster, [1000, 500], 1);
    expect(raster.data.every((one) => one === 1)).toBe(true);
  });

  it("outside the picture is nothing", () => {
    const raster = blank(4, 4);
    fillConnected(raster, [-1, 9], 1);
    expect(raster.data.some((one) => one > 0)).toBe(false);
  });

  it("fills rectangles and polygons by the middles of pixels", () => {
    const raster = blank(5, 5);
    fillRectangle(raster, [3.2, 3.4], [0.9, 1.1], 2);
    expect(shown(raster)).toEqual(["00000", "02200", "02200", "00000", "00000"]);
    const other = blank(4, 4);
    fillPolygon(
      other,
      [
        [0, 0],
        [4, 0],
        [0, 4],
      ],
      1,
    );
    expect(shown(other)).toEqual(["1110", "1100", "1000", "0000"]);
  });

  it("twice inverted is as it was", () => {
    const raster = drawn("0129");
    invert(raster);
    invert(raster);
    expect(shown(raster)).toEqual(["0129"]);
  });
});

describe("undo within a painting", () => {
  it("goes back to every state and forward again", () => {
    const step = fc.record({ x: fc.nat(19), y: fc.nat(19), value: fc.nat(255), all: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const raster = blank(20, 20);
        const patches = new Patches();
        const states = [raster.data.slice()];
        for (const { x, y, value, all } of steps) {
          const original = raster.data.slice();
          const area = all ? fillAll(raster, value) : new Stroke(raster, { ...HARD, value }).to([x, y]);
          patches.record(raster, area, original);
          if (raster.data.some((one, index) => one !== original[index])) states.push(raster.data.slice());
        }
        for (const state of states.slice(0, -1).reverse()) {
          patches.undo(raster);
          expect(raster.data).toEqual(state);
        }
        expect(patches.undo(raster)).toBeNull();
        for (const state of states.slice(1)) {
          patches.redo(raster);
          expect(raster.data).toEqual(state);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a raster", () => {
  it("has the bytes that were pasted into it", () => {
    const raster = drawn("0123", "4567");
    const area = inside({ x0: 1, y0: 0, x1: 3, y1: 9 }, raster);
    const bytes = cut(raster, area);
    expect([...bytes]).toEqual([1, 2, 5, 6]);
    paste(
      raster,
      area,
      bytes.map(() => 9),
    );
    expect(shown(raster)).toEqual(["0993", "4997"]);
  });
  it("has no values between when it is scaled", () => {
    expect(shown(scaled(drawn("07", "70"), 4, 4))).toEqual(["0077", "0077", "7700", "7700"]);
  });
});

describe("a palette", () => {
  const labels = [
    { name: "nothing", colour: "#000000" },
    { name: "sky", colour: "#87ceeb" },
  ];
  it("is read as it was written", () => expect(readPalette(writePalette(labels))).toEqual(labels));
  it("has free names and colours", () => {
    expect(labels.map((one) => one.colour)).not.toContain(freeColour(labels));
    expect(freeLabel("sky", labels)).toBe("sky 2");
  });
  it("has more colours than are suggested", () => {
    const many = labels.slice();
    while (many.length < 256) many.push({ name: `${many.length}`, colour: freeColour(many) });
    expect(new Set(many.map((one) => one.colour)).size).toBe(256);
  });
  it("gives each pixel the nearest label, and the first to what is transparent", () => {
    const pixels = new Uint8ClampedArray([130, 200, 230, 255, 9, 9, 9, 255, 135, 206, 235, 0]);
    expect([...labelled(pixels, labels)]).toEqual([1, 0, 0]);
  });
  it("closes up where a label goes", () =>
    expect([...withoutLabel(Uint8Array.of(0, 1, 2, 3), 1)]).toEqual([0, 0, 1, 2]));
});

describe("a PNG", () => {
  it("holds every byte as it is, after a header that says what they are", async () => {
    const raster = drawn("012", "345");
    const palette = Array.from({ length: 6 }, (_, index) => rgbOf(`#00000${index}`));
    const bytes = new Uint8Array(await (await encodePng(raster, palette)).arrayBuffer());
    const view = new DataView(bytes.buffer);
    const chunks = new Map<string, Uint8Array>();
    for (let at = 8; at < bytes.length; at += view.getUint32(at) + 12) {
      const kind = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
      chunks.set(kind, bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
    }
    expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "IDAT", "IEND"]);
    expect([...(chunks.get("IHDR") ?? [])]).toEqual([0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0]);
    expect([...inflateSync(chunks.get("IDAT") ?? new Uint8Array())]).toEqual([0, 0, 1, 2, 0, 3, 4, 5]);
  });
});
