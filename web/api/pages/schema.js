/** Schemas as lists to read: a line for each field, what lies deeper on request. */
import { h, prose } from "./dom.js";

/** What a reference leads to, or the schema itself. */
export function resolve(schema, api) {
  let found = schema ?? {};
  for (let steps = 0; found.$ref && steps < 16; steps += 1) {
    const place = found.$ref.replace(/^#\//, "").split("/");
    const target = place.reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], api) ?? {};
    const { $ref, ...beside } = found;
    found = { ...target, ...beside };
  }
  return found;
}

function choices(schema) {
  return schema.anyOf ?? schema.oneOf ?? (schema.allOf?.length === 1 ? schema.allOf : null);
}

/** The kind of value in a few words. */
export function kind(given, api) {
  const schema = resolve(given, api);
  const several = choices(schema);
  if (several) return [...new Set(several.map((one) => kind(one, api)))].join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(", ");
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type;
  if (type === "array") return `list of ${kind(schema.items, api)}`;
  if (type === "object" && !schema.properties && typeof schema.additionalProperties === "object")
    return `object of ${kind(schema.additionalProperties, api)}`;
  if (type === "string" && schema.format === "date-time") return "time";
  return { string: "text", integer: "whole number", boolean: "true or false", null: "null" }[type] ?? type ?? "anything";
}

/** The bounds of a value in words, with its default. */
function bounds(schema, api) {
  const several = choices(schema);
  const inner = several ? several.map((one) => resolve(one, api)).find((one) => one.type !== "null") ?? {} : schema;
  const items = inner.type === "array" ? resolve(inner.items, api) : {};
  const said = [];
  const beyond = Math.abs(inner.maximum) > Number.MAX_SAFE_INTEGER; // which would be shown rounded
  if (inner.minimum !== undefined && inner.maximum !== undefined && !beyond) said.push(`${inner.minimum} to ${inner.maximum}`);
  else if (inner.minimum !== undefined) said.push(`at least ${inner.minimum}`);
  else if (inner.maximum !== undefined && !beyond) said.push(`at most ${inner.maximum}`);
  if (inner.exclusiveMinimum !== undefined) said.push(`more than ${inner.exclusiveMinimum}`);
  if (inner.maxLength !== undefined) said.push(`at most ${inner.maxLength} characters`);
  if (inner.maxItems !== undefined) said.push(`at most ${inner.maxItems}`);
  const pattern = inner.pattern ?? items.pattern;
  if (pattern?.includes("\\x00")) said.push("no control characters");
  else if (pattern) said.push(`like ${pattern.replace(/^\^|\$$/g, "")}`);
  const fallback = schema.default;
  const empty = fallback === null || fallback === "" || (typeof fallback === "object" && !Object.keys(fallback ?? {}).length);
  if (fallback !== undefined && !empty) said.push(`default ${JSON.stringify(fallback)}`);
  return said.join("; ");
}

/** The schema in which there is more to see: an object with properties, or lists and choices of such. */
function deeper(given, api) {
  const schema = resolve(given, api);
  if (schema.properties) return [schema];
  if (schema.items) return deeper(schema.items, api);
  if (choices(schema)) return choices(schema).flatMap((one) => deeper(one, api));
  if (typeof schema.additionalProperties === "object") return deeper(schema.additionalProperties, api);
  return [];
}

/** A field of an object, or a parameter: its name, kind, bounds and words. */
export function field(name, given, api, { required = false, description = "", answered = false } = {}) {
  const schema = resolve(given, api);
  const inner = deeper(given, api);
  const text = description || schema.description || choices(schema)?.map((one) => resolve(one, api).description).find(Boolean) || "";
  const limits = bounds(schema, api);
  return h(
    "li",
    {},
    h(
      "div.field",
      {},
      h("code", {}, name),
      h("span.kind", {}, kind(given, api)),
      required && h("span.must", {}, "required"),
    ),
    limits && h("div.bounds", {}, limits),
    text ? prose(text) : null,
    inner.map((one) => later(one.title ? `Fields of ${one.title}` : "Fields", () => fields(one, api, { answered }), name === "inputs")),
  );
}

/** The fields of an object; in what the server answers nothing is said to be required. */
export function fields(given, api, { answered = false } = {}) {
  const schema = resolve(given, api);
  const required = new Set(answered ? [] : (schema.required ?? []));
  const entries = Object.entries(schema.properties ?? {});
  if (!entries.length) return h("p.quiet", {}, kind(given, api));
  return h("ul.fields", {}, entries.map(([name, one]) => field(name, one, api, { required: required.has(name), answered })));
}

/** Something that is made when it is first opened, so that a schema may contain itself. */
export function later(title, make, open = false) {
  const details = h("details.more", {}, h("summary", {}, title));
  details.addEventListener("toggle", () => details.open && details.children.length < 2 && details.append(make()));
  details.open = open;
  return details;
}

/** A value that fits a schema: its example, or what is required, made up. */
export function example(given, api, depth = 0) {
  const schema = resolve(given, api);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const several = choices(schema);
  if (several) return example(several[0], api, depth);
  if (depth > 6) return null;
  switch (schema.type) {
    case "object": {
      const required = new Set(schema.required ?? []);
      const kept = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
      return Object.fromEntries(kept.map(([name, one]) => [name, example(one, api, depth + 1)]));
    }
    case "array":
      return schema.minItems ? [example(schema.items, api, depth + 1)] : [];
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "string":
      return "";
    default:
      return null;
  }
}
