/** What a value is, as a term that the server writes for every input and output; see docs/engine.md. */
export type Shape =
  | { readonly is: "any" | "text" | "number" | "whole" | "boolean" | "nothing"; readonly also?: Also }
  | {
      readonly is: "value" | "class";
      readonly name: string;
      readonly title?: string;
      readonly arguments?: readonly Shape[];
      /** What it is as well: its base classes. */
      readonly also?: Also;
    }
  | { readonly is: "choice"; readonly of: readonly Choice[] }
  | { readonly is: "list"; readonly of: Shape; readonly also?: Also }
  | { readonly is: "dict"; readonly keys: Shape; readonly of: Shape; readonly also?: Also }
  | {
      readonly is: "tuple";
      readonly of?: readonly Shape[];
      readonly many?: boolean;
      readonly also?: Also;
    }
  | { readonly is: "union"; readonly of: readonly Shape[] }
  | { readonly is: "variable"; readonly name: string; readonly bound?: Shape }
  | { readonly is: "named"; readonly name: string };

type Also = readonly Shape[];
type Choice = string | number | boolean | null;

export const ANY: Shape = { is: "any" };

/** What each type variable of the receiving node stands for. */
export type Bindings = Map<string, Shape>;

/** Whether an output may lead to an input: as it is, or as an item of the list that the input takes. */
export function fitsInput(
  output: Shape,
  wanted: Shape,
  many = true,
  bindings: Bindings = new Map(),
): boolean {
  if (fits(output, wanted, bindings)) return true;
  const list = many ? members(wanted).find((one) => one.is === "list") : undefined;
  return list?.is === "list" && fits(output, list.of, bindings);
}

/** Whether every value of shape `output` may arrive where `wanted` stands. */
export function fits(output: Shape, wanted: Shape, bindings: Bindings = new Map()): boolean {
  if (wanted.is === "variable") return bind(output, wanted.name, wanted.bound, bindings);
  const asked = members(wanted);
  return members(output).every((one) => asked.some((other) => memberFits(one, other, bindings)));
}

function members(shape: Shape): readonly Shape[] {
  return shape.is === "union" ? shape.of.flatMap(members) : [shape];
}

function memberFits(output: Shape, wanted: Shape, bindings: Bindings): boolean {
  if (wanted.is === "variable") return bind(output, wanted.name, wanted.bound, bindings);
  if (wanted.is === "any" || output.is === "any" || output.is === "variable") return true;
  if (output.is === "choice") return choiceFits(output.of, wanted, bindings);
  if (wanted.is === "choice") {
    const kinds = wanted.of.map((one) => shapeOf(one).is);
    return [output, ...alsoOf(output)].some((one) => kinds.includes(one.is));
  }
  if (output.is === "named" || wanted.is === "named") {
    return output.is === "named" && wanted.is === "named" && output.name === wanted.name;
  }
  if (wanted.is === "class" && wanted.name === "builtins.object") return true;
  return [output, ...alsoOf(output)].some((one) => isSame(one, wanted, bindings));
}

function choiceFits(choices: readonly Choice[], wanted: Shape, bindings: Bindings): boolean {
  if (wanted.is === "choice") return choices.every((one) => wanted.of.includes(one));
  return choices.every((one) => memberFits(shapeOf(one), wanted, bindings));
}

function alsoOf(shape: Shape): Also {
  return ("also" in shape && shape.also) || [];
}

function isSame(output: Shape, wanted: Shape, bindings: Bindings): boolean {
  if (output.is === "whole" && wanted.is === "number") return true;
  if (output.is === "list" && wanted.is === "list") return fits(output.of, wanted.of, bindings);
  if (output.is === "dict" && wanted.is === "dict") {
    return fits(output.keys, wanted.keys, bindings) && fits(output.of, wanted.of, bindings);
  }
  if (output.is === "tuple" && wanted.is === "tuple") {
    return partsFit(output, output.of ?? [], wanted, wanted.of ?? [], bindings);
  }
  if ((output.is === "value" || output.is === "class") && output.is === wanted.is) {
    return (
      output.name === wanted.name &&
      partsFit({}, output.arguments ?? [], {}, wanted.arguments ?? [], bindings)
    );
  }
  return output.is === wanted.is;
}

/** Whether what is inside fits, in pairs; a side that says nothing of it takes all. */
function partsFit(
  output: { readonly many?: boolean },
  given: readonly Shape[],
  wanted: { readonly many?: boolean },
  asked: readonly Shape[],
  bindings: Bindings,
): boolean {
  const [first] = asked;
  if (given.length === 0 || !first) return true;
  if (wanted.many) return given.every((one) => fits(one, first, bindings));
  if (output.many || given.length !== asked.length) return false;
  return given.every((one, index) => fits(one, asked[index] ?? ANY, bindings));
}

function bind(output: Shape, name: string, bound: Shape | undefined, bindings: Bindings): boolean {
  if (bound && !fits(output, bound)) return false;
  const before = bindings.get(name);
  if (before && fits(output, before)) return true;
  if (before && !fits(before, output)) return false;
  bindings.set(name, output);
  return true;
}

function shapeOf(value: Choice): Shape {
  if (value === null) return { is: "nothing" };
  if (typeof value === "string") return { is: "text" };
  return { is: typeof value === "boolean" ? "boolean" : "whole" };
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
      return shape.bound ? colourName(shape.bound) : "any";
    case "named":
      return shape.name;
    default:
      return shape.is;
  }
}
