/** Edits made of numbers: any numbers are an edit of any document, so that a law can be tried on many. */

import { aligned, distributed } from "../align.ts";
import { EMPTY_CATALOGUE } from "../catalogue.ts";
import { copyText, pasteText } from "../clipboard.ts";
import * as annotations from "../commands/annotations.ts";
import * as definitions from "../commands/definitions.ts";
import { group } from "../commands/group.ts";
import * as inputs from "../commands/inputs.ts";
import * as face from "../commands/interface.ts";
import * as layout from "../commands/layout.ts";
import * as links from "../commands/links.ts";
import * as nodes from "../commands/nodes.ts";
import { OWN_INPUTS } from "../commands/ports.ts";
import { ungroup } from "../commands/ungroup.ts";
import { canUse } from "../commands/uses.ts";
import { faceOf, facesOf, isStructure } from "../face.ts";
import { type Json, Numeral } from "../json.ts";
import {
  type Body,
  type Box,
  bodyAt,
  definitionsOf,
  edgesOf,
  type Place,
  placesOf,
  type Workflow,
} from "../workflow.ts";

/** Numbers from 0 up, as many as there are; what a die shows next is made of them. */
export type Edit = readonly number[];

const MOST_NODES = 120;
const MOST_DEFINITIONS = 8;

class Dice {
  private at = 0;
  private readonly numbers: Edit;

  constructor(numbers: Edit) {
    this.numbers = numbers;
  }

  roll(sides: number): number {
    const number = this.numbers[this.at++ % this.numbers.length] ?? 0;
    const mixed = Math.imul(number ^ Math.imul(this.at, 0x9e3779b1), 0x85ebca6b) >>> 0;
    return (mixed >>> 8) % Math.max(1, sides);
  }

  of<T>(those: Iterable<T>): T | undefined {
    const all = [...those];
    return all[this.roll(all.length)];
  }

  some<T>(those: Iterable<T>): Set<T> {
    const all = [...those];
    const count = 1 + this.roll(Math.min(5, all.length));
    return new Set(Array.from({ length: count }, () => this.roll(all.length)).flatMap((at) => all[at] ?? []));
  }

  point(): readonly [number, number] {
    return [this.roll(4001) - 2000, this.roll(2001) - 1000];
  }

  box(): Box {
    const [x, y] = this.point();
    return { x, y, width: 50 + this.roll(600), height: 50 + this.roll(400) };
  }
}

interface Scene {
  readonly workflow: Workflow;
  readonly place: Place;
  readonly body: Body;
  readonly dice: Dice;
}

type Move = (scene: Scene) => Workflow;

const VALUES: readonly Json[] = [
  1,
  "text",
  "",
  null,
  true,
  new Numeral("5.0"),
  new Numeral("9223372036854775807"),
  ["a", 2],
  new Map<string, Json>([
    ["10", 1],
    ["2", new Numeral("1e-05")],
    ["이름", []],
  ]),
];
const NAMES = ["a", "b", "all", "text", "mark", "word", "이름", "body", "x.y", " "];
const TYPES = ["letters/decorate", "gone/thing", "flow/pass", "letters/join"];

function outputsAt({ workflow, body }: Scene, id: string): string[] {
  const node = body.nodes.get(id);
  if (!node || !isStructure(node.type)) return ["text", "value"];
  return faceOf(workflow, node, EMPTY_CATALOGUE).outputs.map((one) => one.name);
}

function inputsAt({ workflow, body }: Scene, id: string): string[] {
  const node = body.nodes.get(id);
  if (!node || !isStructure(node.type)) return ["word", "after", "words", "value"];
  const names = faceOf(workflow, node, EMPTY_CATALOGUE).inputs.map((one) => one.name);
  return names.filter((name) => !OWN_INPUTS.has(name));
}

/** A move of one node, where there is one. */
function ofNode(move: (scene: Scene, id: string) => Workflow): Move {
  return (scene) => {
    const id = scene.dice.of(scene.body.nodes.keys());
    return id === undefined ? scene.workflow : move(scene, id);
  };
}

/** A move of one input of a node that may be set freely. */
function ofInput(move: (scene: Scene, target: { node: string; input: string }) => Workflow): Move {
  return ofNode((scene, node) => {
    const input = scene.dice.of(inputsAt(scene, node));
    return input === undefined ? scene.workflow : move(scene, { node, input });
  });
}

function grows(move: Move): Move {
  return (scene) => {
    const count = placesOf(scene.workflow).reduce(
      (sum, at) => sum + bodyAt(scene.workflow, at).nodes.size,
      0,
    );
    const { workflow, place, body, dice } = scene;
    if (count > MOST_NODES) return nodes.removeNodes(workflow, place, dice.some(body.nodes.keys()));
    return move(scene);
  };
}

function boxesOf({ body, dice }: Scene): ReadonlyMap<string, Box> {
  return new Map([...dice.some(body.nodes.keys())].map((id) => [id, dice.box()]));
}

const ofNodes: Readonly<Record<string, Move>> = {
  add: grows(({ workflow, place, dice }) => {
    const type = dice.of(TYPES) ?? "x/y";
    return nodes.addNode(workflow, place, { type, version: 1 + dice.roll(3), at: dice.point() }).workflow;
  }),
  call: grows(({ workflow, place, dice }) => {
    const body = dice.of(definitionsOf(workflow));
    if (body === undefined || !canUse(workflow, place, body)) return workflow;
    const type = dice.of(["flow/call", "flow/map", "flow/fold", "flow/if", "flow/switch"]) ?? "";
    const values = new Map<string, Json>();
    if (type === "flow/if") values.set("then", body).set("otherwise", body);
    else if (type === "flow/switch") values.set("cases", new Map([["a.b", body]])).set("default", body);
    else values.set("body", body);
    if (type === "flow/map")
      values.set("each", [...bodyAt(workflow, body).interface.inputs.keys()].slice(0, 1));
    return nodes.addNode(workflow, place, { type, version: 1, at: dice.point(), inputs: values }).workflow;
  }),
  remove: ({ workflow, place, body, dice }) =>
    nodes.removeNodes(workflow, place, new Set([...dice.some(body.nodes.keys())].slice(0, 2))),
  heal: ({ workflow, place, body, dice }) =>
    links.healAndRemove(
      workflow,
      place,
      new Set([...dice.some(body.nodes.keys())].slice(0, 2)),
      facesOf(workflow, body, EMPTY_CATALOGUE),
    ),
  duplicate: grows(({ workflow, place, body, dice }) => {
    const ids = dice.some(body.nodes.keys());
    return nodes.duplicate(workflow, place, ids, dice.roll(2) === 1, dice.point()).workflow;
  }),
  id: ofNode(({ workflow, place, dice }, id) =>
    nodes.changeId(
      workflow,
      place,
      id,
      dice.of(["fresh", "text", "not an id", "", `n${dice.roll(50)}`]) ?? "",
    ),
  ),
  title: ofNode(({ workflow, place, dice }, id) =>
    nodes.renameNode(workflow, place, id, dice.of(["", "Title", "제목"]) ?? ""),
  ),
  mode: ({ workflow, place, body, dice }) =>
    nodes.setMode(
      workflow,
      place,
      dice.some(body.nodes.keys()),
      dice.of(["bypass", "mute", null] as const) ?? null,
    ),
};

const ofLinks: Readonly<Record<string, Move>> = {
  connect: ofInput((scene, { node, input }) => {
    const { workflow, place, body, dice } = scene;
    const source = dice.of(body.nodes.keys()) ?? "";
    const output = dice.of(outputsAt(scene, source));
    if (output === undefined || links.wouldCircle(workflow, place, source, node)) return workflow;
    return links.connect(workflow, place, { source, output, target: node, input, many: dice.roll(2) === 1 });
  }),
  disconnect: ({ workflow, place, body, dice }) => {
    const edge = dice.of(edgesOf(body));
    return edge ? links.disconnect(workflow, place, edge) : workflow;
  },
  insert: (scene) => {
    const { workflow, place, body, dice } = scene;
    const edge = dice.of(edgesOf(body));
    const node = dice.of(body.nodes.keys()) ?? "";
    const [input, output] = [dice.of(inputsAt(scene, node)), dice.of(outputsAt(scene, node))];
    if (!edge || input === undefined || output === undefined) return workflow;
    return links.insertOnLink(workflow, place, edge, { node, input, output, many: dice.roll(2) === 1 });
  },
  reroute: grows(({ workflow, place, body, dice }) => {
    const edge = dice.of(edgesOf(body));
    return edge ? links.reroute(workflow, place, edge, dice.point()).workflow : workflow;
  }),
  item: ({ workflow, place, body, dice }) => {
    const edge = dice.of(edgesOf(body).filter((one) => one.index !== null));
    if (!edge) return workflow;
    const target = { node: edge.target, input: edge.input };
    return links.moveItem(workflow, place, target, edge.index ?? 0, dice.roll(3));
  },
};

const ofInputs: Readonly<Record<string, Move>> = {
  set: ofInput(({ workflow, place, dice }, { node, input }) =>
    inputs.setInput(workflow, place, node, input, dice.of(VALUES) ?? null),
  ),
  clear: ofInput(({ workflow, place }, { node, input }) => inputs.clearInput(workflow, place, node, input)),
  setItem: ofInput(({ workflow, place, dice }, target) =>
    inputs.setItem(workflow, place, target, dice.roll(3), dice.of(VALUES) ?? null),
  ),
  removeItem: ofInput(({ workflow, place, dice }, target) =>
    inputs.removeItem(workflow, place, target, dice.roll(3)),
  ),
  toList: ofInput(({ workflow, place }, target) => inputs.toList(workflow, place, target)),
};

const ofLooks: Readonly<Record<string, Move>> = {
  move: ({ workflow, place, body, dice }) =>
    layout.moveNodes(
      workflow,
      place,
      new Map([...dice.some(body.nodes.keys())].map((id) => [id, dice.point()])),
    ),
  resize: ofNode(({ workflow, place, dice }, id) =>
    dice.roll(3) === 0
      ? layout.resetSize(workflow, place, id)
      : layout.resizeNodes(workflow, place, new Map([[id, [200 + dice.roll(300), 100]]])),
  ),
  colour: ({ workflow, place, body, dice }) =>
    layout.setColour(
      workflow,
      place,
      dice.some(body.nodes.keys()),
      dice.of(["#112233", "#445566", null]) ?? null,
    ),
  collapse: ({ workflow, place, body, dice }) =>
    layout.setCollapsed(workflow, place, dice.some(body.nodes.keys()), dice.roll(2) === 1),
  align: (scene) =>
    layout.moveNodes(
      scene.workflow,
      scene.place,
      aligned(boxesOf(scene), scene.dice.of(["left", "middle"] as const) ?? "top"),
    ),
  distribute: (scene) => layout.moveNodes(scene.workflow, scene.place, distributed(boxesOf(scene), "across")),
  annotate: ({ workflow, place, dice }) =>
    annotations.addAnnotation(workflow, place, dice.of(["frames", "notes"] as const) ?? "notes", {
      text: "Text",
      box: dice.box(),
      colour: dice.of(["", "#abcdef"]) ?? "",
    }).workflow,
  editAnnotation: ({ workflow, place, body, dice }) => {
    const kind = dice.of(["frames", "notes"] as const) ?? "notes";
    const id = dice.of(body.layout[kind])?.id ?? "";
    return annotations.editAnnotation(workflow, place, kind, id, { text: "다른 말", box: dice.box() });
  },
  moveFrame: ({ workflow, place, body, dice }) => {
    const frame = dice.of(body.layout.frames);
    if (!frame) return workflow;
    const inside = new Set([...dice.some(body.nodes.keys()), ...body.layout.notes.map((one) => one.id)]);
    return annotations.moveFrame(workflow, place, frame.id, dice.point(), inside, body.layout.positions);
  },
  removeAnnotation: ({ workflow, place, body, dice }) => {
    const one = dice.of([...body.layout.frames, ...body.layout.notes]);
    return one ? annotations.removeAnnotations(workflow, place, new Set([one.id])) : workflow;
  },
};

const ofInterfaces: Readonly<Record<string, Move>> = {
  promote: ofInput(({ workflow, place, dice }, { node, input }) =>
    face.promoteInput(workflow, place, node, input, dice.of([undefined, ...NAMES])),
  ),
  demote: ofInput(({ workflow, place }, { node, input }) => face.demoteInput(workflow, place, node, input)),
  promoteOutput: ofNode((scene, node) => {
    const output = scene.dice.of(outputsAt(scene, node));
    if (output === undefined) return scene.workflow;
    return face.promoteOutput(
      scene.workflow,
      scene.place,
      node,
      output,
      scene.dice.of([undefined, ...NAMES]),
    );
  }),
  demoteOutput: ({ workflow, place, body, dice }) => {
    const one = dice.of(body.interface.outputs.values());
    return one ? face.demoteOutput(workflow, place, one.node, one.output) : workflow;
  },
  rename: ({ workflow, place, body, dice }) => {
    const side = dice.of(["inputs", "outputs"] as const) ?? "inputs";
    const name = dice.of(body.interface[side].keys()) ?? "";
    return face.renameName(workflow, place, side, name, dice.of(NAMES) ?? "");
  },
  order: ({ workflow, place, body, dice }) => {
    const side = dice.of(["inputs", "outputs"] as const) ?? "inputs";
    return face.moveName(workflow, place, side, dice.of(body.interface[side].keys()) ?? "", dice.roll(3));
  },
  words: ({ workflow, place, body, dice }) => {
    const name = dice.of(body.interface.inputs.keys()) ?? "";
    return face.setWords(workflow, place, "inputs", name, { title: dice.of(["", "T"]) ?? "", help: "H" });
  },
  drop: ({ workflow, place, body, dice }) => {
    const side = dice.of(["inputs", "outputs"] as const) ?? "inputs";
    const name = dice.of(body.interface[side].keys());
    return name === undefined ? workflow : face.removeName(workflow, place, side, name);
  },
};

function removedDefinitions(workflow: Workflow): Workflow {
  return definitionsOf(workflow).reduce(definitions.removeDefinition, workflow);
}

const ofDefinitions: Readonly<Record<string, Move>> = {
  group: ({ workflow, place, body, dice }) => {
    if (definitionsOf(workflow).length > MOST_DEFINITIONS) return removedDefinitions(workflow);
    const made = group(
      workflow,
      place,
      dice.some(body.nodes.keys()),
      dice.of(["Part", "부분", "twice"]) ?? "",
    );
    return "refused" in made ? workflow : made.workflow;
  },
  ungroup: grows(({ workflow, place, body, dice }) => {
    const calls = [...body.nodes].flatMap(([id, node]) => (node.type === "flow/call" ? [id] : []));
    return ungroup(workflow, place, dice.of(calls) ?? "").workflow;
  }),
  rename: ({ workflow, dice }) =>
    definitions.renameDefinition(
      workflow,
      dice.of(definitionsOf(workflow)) ?? "",
      dice.of(["정의", "d", "twice", ""]) ?? "",
    ),
  words: ({ workflow, dice }) => {
    const name = dice.of(definitionsOf(workflow)) ?? "";
    return definitions.describeDefinition(
      definitions.retitleDefinition(workflow, name, "T"),
      name,
      dice.of(["", "H"]) ?? "",
    );
  },
  duplicate: grows(({ workflow, dice }) =>
    definitionsOf(workflow).length > MOST_DEFINITIONS
      ? workflow
      : definitions.duplicateDefinition(workflow, dice.of(definitionsOf(workflow)) ?? "").workflow,
  ),
  remove: ({ workflow, dice }) =>
    definitions.removeDefinition(workflow, dice.of(definitionsOf(workflow)) ?? ""),
  own: ofNode(({ workflow, place, body }, node) => {
    const definition = body.nodes.get(node)?.inputs.get("body");
    if (typeof definition !== "string" || definitionsOf(workflow).length > MOST_DEFINITIONS) return workflow;
    return definitions.makeOwn(workflow, { place, node, definition }).workflow;
  }),
  paste: grows(({ workflow, place, body, dice }) => {
    const target = dice.of(placesOf(workflow)) ?? null;
    const chosen = new Set(body.layout.frames.map((one) => one.id).slice(0, 1));
    const text = copyText(workflow, place, dice.some(body.nodes.keys()), chosen);
    const pasted = pasteText(workflow, target, text, { at: dice.point(), withLinks: dice.roll(2) === 1 });
    return "refused" in pasted ? workflow : pasted.workflow;
  }),
};

const EVERY: readonly (readonly [string, Move])[] = Object.entries({
  nodes: ofNodes,
  links: ofLinks,
  inputs: ofInputs,
  looks: ofLooks,
  interface: ofInterfaces,
  definitions: ofDefinitions,
}).flatMap(([part, moves]) =>
  Object.entries(moves).map(([name, move]) => [`${part}.${name}`, move] as const),
);

// What makes a document richer comes more often, so that there is always something to edit.
const OFTEN = ["nodes.add", "links.connect", "inputs.set", "interface.promote", "definitions.ungroup"];
const MOVES = [
  ...EVERY,
  ...EVERY.filter(([name]) => OFTEN.includes(name)),
  ...Array.from({ length: 8 }, () => EVERY.filter(([name]) => name === "links.connect")).flat(),
];

/** How many kinds of edits there are. */
export const KINDS = EVERY.length;

/** What numbers make of a document: the name of the edit, where it was done, and the document after it. */
export function applyEdit(
  workflow: Workflow,
  edit: Edit,
): { readonly name: string; readonly place: Place; readonly workflow: Workflow } {
  const dice = new Dice(edit);
  const [name, move] = MOVES[dice.roll(MOVES.length)] ?? ["", ({ workflow: same }) => same];
  const place = dice.of([null, ...placesOf(workflow).slice(0, 6)]) ?? null;
  return { name, place, workflow: move({ workflow, place, body: bodyAt(workflow, place), dice }) };
}

/** Edits without end that a seed decides. */
export function* randomEdits(seed: number): Generator<Edit> {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    return (mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))) >>> 0;
  };
  for (;;) yield Array.from({ length: 8 }, next);
}

/** A document with everything in it that edits can meet, and nothing that leads nowhere. */
export const RICH = `{
  "latentgraph": 1,
  "name": "Rich",
  "later": {"10": 5.0, "2": [1e-05, 9223372036854775807]},
  "nodes": {
    "word": {"type": "letters/decorate", "version": 1, "inputs": {"word": "a", "after": 5.0}, "seen": true},
    "hello": {"type": "flow/call", "version": 1, "inputs": {"body": "twice", "word": {"from": "word.text"}, "mark": "!"}},
    "each": {"type": "flow/map", "version": 1, "inputs": {"body": "outer", "each": ["word"], "word": [{"from": "hello.text"}, "b"]}},
    "grow": {"type": "flow/fold", "version": 1, "inputs": {"body": "outer", "times": 3, "carry": ["word"], "word": {"from": "each.text"}}},
    "choose": {"type": "flow/if", "version": 1, "inputs": {"condition": true, "then": "twice", "otherwise": "outer", "word": {"from": "word.text"}}},
    "named": {"type": "flow/switch", "version": 1, "inputs": {"choice": "a", "cases": {"a.b": "twice", "1": "outer"}, "default": "twice", "word": "x"}},
    "end": {"type": "letters/join", "version": 2, "inputs": {"words": [{"from": "each.text"}, "and", {"from": "choose.text"}, {"from": "word.text"}]}, "limits": {"seconds": 3.50}}
  },
  "interface": {
    "inputs": {
      "word": {"node": "word", "input": "word", "title": "Word", "also": [{"node": "named", "input": "word", "kept": 1}]},
      "mark": {"node": "hello", "input": "mark", "widget": "slider"}
    },
    "outputs": {"text": {"node": "end", "output": "text"}, "part": {"node": "hello", "output": "text", "thumbnail": null}}
  },
  "definitions": {
    "twice": {
      "title": "Twice",
      "nodes": {
        "loud": {"type": "letters/decorate", "version": 1, "inputs": {"after": "!"}},
        "quiet": {"type": "letters/decorate", "version": 1, "inputs": {"after": "..."}},
        "both": {"type": "letters/join", "version": 1, "inputs": {"words": [{"from": "loud.text"}, {"from": "quiet.text"}]}}
      },
      "interface": {
        "inputs": {"word": {"node": "loud", "input": "word", "also": [{"node": "quiet", "input": "word"}]}, "mark": {"node": "loud", "input": "after"}},
        "outputs": {"text": {"node": "both", "output": "text"}}
      },
      "layout": {"positions": {"loud": [0, 0], "quiet": [0, 120.5], "both": [300, 60]}, "frames": [{"id": "f", "title": "All", "box": [-10, -10, 700, 400]}]}
    },
    "outer": {
      "colour": "red",
      "nodes": {
        "again": {"type": "flow/call", "version": 1, "inputs": {"body": "twice", "mark": "?"}},
        "more": {"type": "gone/thing", "inputs": {"value": {"from": "again.text"}}}
      },
      "interface": {
        "inputs": {"word": {"node": "again", "input": "word"}},
        "outputs": {"text": {"node": "again", "output": "text"}, "more": {"node": "more", "output": "value"}}
      }
    }
  },
  "layout": {
    "positions": {"word": [0, 0], "hello": [280, 0], "each": [560, 0], "end": [840, 1e2]},
    "sizes": {"end": [320, 200]}, "colours": {"word": "#aabbcc"}, "collapsed": ["each"],
    "frames": [{"id": "f", "title": "Start", "box": [-20, -40, 500, 300], "colour": "#335577", "locked": true}],
    "notes": [{"id": "n", "text": "Try this.", "box": [0, 400, 200, 100]}],
    "viewport": {"x": -12.5, "zoom": 0.75}
  },
  "lock": {"packs": {"letters": "1.0"}}
}`;
