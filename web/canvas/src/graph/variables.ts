/** What the type variables of nodes stand for, told by what is linked to them: a waypoint gives what it gets. */

import type { Face, OutputFace } from "./face.ts";
import { runningOrder } from "./order.ts";
import { type Bindings, fitsInput, type Shape } from "./shape.ts";
import { type Body, edgesInto } from "./workflow.ts";

/** A shape in which each variable is what `change` makes of it; the same object if there is none. */
function changeVariables(shape: Shape, change: (variable: Shape & { is: "variable" }) => Shape): Shape {
  const all = (those: readonly Shape[]) => {
    const changed = those.map((one) => changeVariables(one, change));
    return changed.some((one, index) => one !== those[index]) ? changed : those;
  };
  switch (shape.is) {
    case "variable":
      return change(shape);
    case "list": {
      const of = changeVariables(shape.of, change);
      return of === shape.of ? shape : { ...shape, of };
    }
    case "dict": {
      const [keys, of] = [changeVariables(shape.keys, change), changeVariables(shape.of, change)];
      return keys === shape.keys && of === shape.of ? shape : { ...shape, keys, of };
    }
    case "union": {
      const of = all(shape.of);
      return of === shape.of ? shape : { ...shape, of };
    }
    case "tuple": {
      const of = all(shape.of ?? []);
      return shape.of === undefined || of === shape.of ? shape : { ...shape, of };
    }
    case "value":
    case "class": {
      const found = all(shape.arguments ?? []);
      return shape.arguments === undefined || found === shape.arguments
        ? shape
        : { ...shape, arguments: found };
    }
    default:
      return shape;
  }
}

/** A shape whose variables are those of one node among others: each node has a `T` of its own. */
export function scoped(shape: Shape, node: string): Shape {
  return changeVariables(shape, (one) => ({ ...one, name: `${node}.${one.name}` }));
}

/** The faces of a body in which outputs have the types that arrive at the nodes' inputs. */
export function withVariables(body: Body, faces: ReadonlyMap<string, Face>): ReadonlyMap<string, Face> {
  const some = [...faces.values()].some(isGeneric);
  if (!some) return faces;
  const resolved = new Map(faces);
  for (const id of runningOrder(body)) {
    const face = faces.get(id);
    if (face && isGeneric(face)) resolved.set(id, resolve(body, id, face, resolved));
  }
  return resolved;
}

const generic = new WeakMap<Face, boolean>();

/** Whether an output of a face has a type that is told by what arrives. */
function isGeneric(face: Face): boolean {
  const known = generic.get(face);
  if (known !== undefined) return known;
  let found = false;
  for (const { shape } of face.outputs) {
    changeVariables(shape, (one) => {
      found = true;
      return one;
    });
  }
  generic.set(face, found);
  return found;
}

const made = new WeakMap<Face, Map<string, Face>>();

function resolve(body: Body, id: string, face: Face, faces: ReadonlyMap<string, Face>): Face {
  const bindings: Bindings = new Map();
  const types = new Map<string, string>();
  const node = body.nodes.get(id);
  for (const edge of node ? edgesInto(id, node) : []) {
    const source = faces.get(edge.source)?.outputs.find((one) => one.name === edge.output);
    const input = face.inputs.find((one) => one.name === edge.input);
    if (!source || !input) continue;
    fitsInput(source.shape, input.shape, input.many, bindings);
    if (input.shape.is === "variable") types.set(input.shape.name, source.type);
  }
  const outputs = face.outputs.map((one): OutputFace => {
    const type = (one.shape.is === "variable" && types.get(one.shape.name)) || one.type;
    const shape = changeVariables(
      one.shape,
      (variable) => bindings.get(variable.name) ?? scoped(variable, id),
    );
    return { ...one, type, shape };
  });
  const key = JSON.stringify(outputs);
  const known = made.get(face) ?? new Map<string, Face>();
  const before = known.get(key) ?? { ...face, outputs };
  made.set(face, known.set(key, before));
  return before;
}
