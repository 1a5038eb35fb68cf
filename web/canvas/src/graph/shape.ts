/** What a value is, as a term that the server writes for every input and output; see docs/engine.md. */
export type Shape =
  | { readonly is: "any" | "text" | "number" | "whole" | "boolean" | "nothing" }
  | { readonly is: "value" | "class"; readonly name: string; readonly title?: string }
  | { readonly is: "choice"; readonly of: readonly (string | number | boolean)[] }
  | { readonly is: "list"; readonly of: Shape }
  | { readonly is: "union"; readonly of: readonly Shape[] }
  | { readonly is: "variable"; readonly name: string; readonly bound?: Shape };

export const ANY: Shape = { is: "any" };

/** What each type variable of the receiving node stands for. */
export type Bindings = Map<string, Shape>;

/** Whether every value of shape `output` may arrive where `wanted` stands. */
export function fits(output: Shape, wanted: Shape, bindings: Bindings = new Map()): boolean {
  return members(output).every((one) => members(wanted).some((other) => memberFits(one, other, bindings)));
}

/** Whether an output may lead to an input, which may take many links. */
export function fitsInput(output: Shape, wanted: Shape, many: boolean): boolean {
  if (fits(output, wanted)) return true;
  return many && members(wanted).some((one) => one.is === "list" && fits(output, one.of));
}

function members(shape: Shape): readonly Shape[] {
  return shape.is === "union" ? shape.of.flatMap(members) : [shape];
}

function memberFits(output: Shape, wanted: Shape, bindings: Bindings): boolean {
  if (wanted.is === "variable") return bind(output, wanted.name, wanted.bound, bindings);
  if (wanted.is === "any" || output.is === "any" || output.is === "variable") return true;
  if (wanted.is === "choice") {
    if (output.is === "choice") return output.of.every((one) => wanted.of.includes(one));
    return wanted.of.some((one) => shapeOf(one).is === output.is);
  }
  if (output.is === "choice") return output.of.every((one) => memberFits(shapeOf(one), wanted, bindings));
  if (output.is === "whole" && wanted.is === "number") return true;
  if (output.is === "list" && wanted.is === "list") return fits(output.of, wanted.of, bindings);
  if ((output.is === "value" || output.is === "class") && output.is === wanted.is) {
    return output.name === wanted.name;
  }
  return output.is === wanted.is;
}

function bind(output: Shape, name: string, bound: Shape | undefined, bindings: Bindings): boolean {
  if (bound && !fits(output, bound)) return false;
  const before = bindings.get(name);
  if (before) return fits(output, before) || fits(before, output);
  bindings.set(name, output);
  return true;
}

function shapeOf(value: string | number | boolean): Shape {
  if (typeof value === "string") return { is: "text" };
  if (typeof value === "boolean") return { is: "boolean" };
  return { is: Number.isInteger(value) ? "whole" : "number" };
}

/** The name under which a shape has its colour: the value type that it is made of. */
export function colourName(shape: Shape): string {
  switch (shape.is) {
    case "value":
    case "class":
      return shape.name;
    case "list":
      return colourName(shape.of);
    case "union": {
      const known = shape.of.find((one) => one.is !== "nothing");
      return known ? colourName(known) : "nothing";
    }
    case "choice":
      return "text";
    case "variable":
      return "any";
    default:
      return shape.is;
  }
}
