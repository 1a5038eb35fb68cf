import { describe, expect, it } from "vitest";
import cases from "../../../../tests/resources/type_fits.json" with { type: "json" };
import { type Bindings, colourName, fitsInput, type Shape } from "./shape.ts";

interface Case {
  readonly output: Shape;
  readonly input: Shape;
  readonly before?: { readonly output: Shape; readonly input: Shape };
  readonly fits: boolean;
}

describe("what fits where", () => {
  it("is what the engine says, in every case that it gives", () => {
    const differing = (cases as unknown as readonly Case[]).filter(({ output, input, before, fits }) => {
      const bindings: Bindings = new Map();
      if (before) fitsInput(before.output, before.input, true, bindings);
      return fitsInput(output, input, true, bindings) !== fits;
    });
    expect(cases.length).toBeGreaterThan(1000);
    expect(differing).toEqual([]);
  });

  it("takes items one by one only where an input takes many", () => {
    const list: Shape = { is: "list", of: { is: "text" } };
    expect(fitsInput({ is: "text" }, list, true)).toBe(true);
    expect(fitsInput({ is: "text" }, list, false)).toBe(false);
  });
});

describe("a colour", () => {
  it("is that of what a value is made of", () => {
    const image: Shape = { is: "value", name: "core/image" };
    expect(colourName({ is: "list", of: image })).toBe("core/image");
    expect(colourName({ is: "union", of: [{ is: "nothing" }, image] })).toBe("core/image");
    expect(colourName({ is: "variable", name: "T", bound: image })).toBe("core/image");
    expect(colourName({ is: "dict", keys: { is: "text" }, of: image })).toBe("dict");
  });
});
