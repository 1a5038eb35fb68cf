/** The node types and value types that a server has, as `GET /api/v1/nodes` gives them. */

import type { Plain } from "./json.ts";
import type { Shape } from "./shape.ts";

/** The parts of JSON Schema that controls are made from. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly Plain[];
  readonly const?: Plain;
  readonly default?: Plain;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly fileKind?: string;
  readonly "x-control"?: string;
  readonly "x-choices"?: boolean;
  readonly "x-measured"?: boolean;
}

/** A declared input. `schema` is null where only a link will do. */
export interface InputSpec {
  readonly type: string;
  readonly shape: Shape;
  readonly title?: string;
  readonly help?: string;
  readonly required: boolean;
  readonly many: boolean;
  readonly fixed?: boolean;
  readonly lazy?: boolean;
  readonly schema: Schema | null;
  readonly default?: Plain;
}

export interface OutputSpec {
  readonly type: string;
  readonly shape: Shape;
  readonly title?: string;
}

export interface NodeSpec {
  readonly type: string;
  readonly version: number;
  readonly title: string;
  readonly category: string;
  readonly lane: string;
  readonly kind: "pure" | "effect" | "volatile" | "external";
  readonly help: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: Readonly<Record<string, OutputSpec>>;
}

export interface ValueSpec {
  readonly title: string;
  readonly colour: string;
}

/** What an input is called in another language, and its choices by what documents say for them. */
export interface InputTexts {
  readonly title?: string;
  readonly help?: string;
  readonly choices?: Readonly<Record<string, string>>;
}

/** What a pack says in another language than its own. */
export interface NodeTexts {
  readonly nodes?: Readonly<
    Record<
      string,
      {
        readonly title?: string;
        readonly help?: string;
        readonly inputs?: Readonly<Record<string, InputTexts>>;
        readonly outputs?: Readonly<Record<string, { readonly title?: string }>>;
      }
    >
  >;
  readonly values?: Readonly<Record<string, string>>;
  readonly categories?: Readonly<Record<string, string>>;
}

export interface Catalogue {
  readonly nodes: Readonly<Record<string, NodeSpec>>;
  readonly values: Readonly<Record<string, ValueSpec>>;
  readonly faults: readonly string[];
  readonly languages: readonly string[];
  readonly texts: NodeTexts;
}

export const EMPTY_CATALOGUE: Catalogue = { nodes: {}, values: {}, faults: [], languages: [], texts: {} };

/** The words for a name such as `class_index`: "Class index". */
export function wordsOf(name: string): string {
  const words = name.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function nodeTitle(catalogue: Catalogue, type: string): string {
  return (
    catalogue.texts.nodes?.[type]?.title ??
    catalogue.nodes[type]?.title ??
    wordsOf(type.slice(type.indexOf("/") + 1))
  );
}

export function nodeHelp(catalogue: Catalogue, type: string): string {
  return catalogue.texts.nodes?.[type]?.help ?? catalogue.nodes[type]?.help ?? "";
}

export function categoryTitle(catalogue: Catalogue, category: string): string {
  return catalogue.texts.categories?.[category] ?? wordsOf(category);
}

/** The words for a type of values: as its pack says, else from its name, `pack/name` or `module.ClassName`. */
export function valueTitle(catalogue: Catalogue, name: string): string {
  const known = catalogue.texts.values?.[name] ?? catalogue.values[name]?.title;
  if (known !== undefined) return known;
  const [last = name] = /[^/.]*$/.exec(name) ?? [];
  return wordsOf(last.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}
