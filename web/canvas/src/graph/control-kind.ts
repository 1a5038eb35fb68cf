/** Which control an input gets, from its schema alone. */

import type { Schema } from "./catalogue.ts";

export type ControlKind =
  | "none"
  | "number"
  | "seed"
  | "text"
  | "lines"
  | "choice"
  | "picker"
  | "switch"
  | "file"
  | "mask"
  | "labels"
  | "palette"
  | "regions"
  | "definition"
  | "cases"
  | "ports"
  | "given"
  | "plugin"
  | "list"
  | "json";

/** The schema that counts: through references, and without the `null` of an optional input. */
export function schemaOf(schema: Schema | null, root: Schema | null = schema): Schema | null {
  if (!schema) return null;
  if (schema.$ref) {
    const found = root?.$defs?.[schema.$ref.slice("#/$defs/".length)];
    return found ? schemaOf(found, root) : schema;
  }
  const some = schema.anyOf?.filter((one) => one.type !== "null");
  if (some && some.length === 1 && some[0]) {
    return {
      ...schemaOf(some[0], root),
      ...(schema.default === undefined ? {} : { default: schema.default }),
    };
  }
  return schema;
}

const BY_FORMAT: Readonly<Record<string, ControlKind>> = {
  seed: "seed",
  multiline: "lines",
  regions: "regions",
  "label-palette": "palette",
};
const FILES: Readonly<Record<string, ControlKind>> = { mask: "mask", labels: "labels" };

export function controlKind(whole: Schema | null): ControlKind {
  const schema = schemaOf(whole);
  if (!schema || schema.type === "null") return "none";
  if (schema["x-control"]) return "plugin";
  if (schema.format === "definition" && schema.type === "string") return "definition";
  if (schema.format === "file-path" && !schema["x-choices"]) return FILES[schema.fileKind ?? ""] ?? "file";
  if (schema["x-choices"] || whole?.["x-choices"]) return "picker";
  const known = schema.format && BY_FORMAT[schema.format];
  if (known) return known;
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "switch";
    case "string":
      return "text";
    case "array":
      return ["string", "number", "integer"].includes(String(schema.items?.type)) ? "list" : "json";
    default:
      return "json";
  }
}
