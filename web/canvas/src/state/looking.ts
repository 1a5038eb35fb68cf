/**
 * Where in a run the canvas is. Whoever entered a definition sees one use of it: of several uses, and of the
 * bodies of a loop, the one that was chosen, else the one that began last.
 */

import { bodiesOf } from "../graph/face.ts";
import { bodyAt, type Workflow } from "../graph/workflow.ts";
import { activeTab, useDocuments } from "./documents.ts";
import type { Shown } from "./following.ts";
import type { Run } from "./run.ts";
import { runOf, useSession } from "./session.ts";

/** One step inwards: what was entered, and the uses of it that can be looked at. */
export interface Level {
  /** The definition that was entered; empty for the rows of a sweep. */
  readonly definition: string;
  readonly paths: readonly string[];
  readonly chosen: string;
}

const LOOPS = new Set(["flow/map", "flow/fold"]);
const MOST_BODIES = 10_000;

/** The steps inwards from the document that runs to what is looked at, outermost first. */
export function levelsOf(
  workflow: Workflow,
  trail: readonly string[],
  run: Run,
  { around, chosen }: Pick<Shown, "around" | "chosen">,
): Level[] {
  const levels: Level[] = [];
  let base = "";
  const step = (definition: string, paths: readonly string[]) => {
    const wished = chosen.get(definition);
    const level = {
      definition,
      paths,
      chosen: wished !== undefined && paths.includes(wished) ? wished : latest(paths, run),
    };
    levels.push(level);
    base = level.chosen;
  };
  if (around) step("", bodies(around, run));
  trail.forEach((definition, depth) => {
    const outer = bodyAt(workflow, trail[depth - 1] ?? null);
    const paths = [...outer.nodes].flatMap(([id, node]) => {
      if (!bodiesOf(node).some((one) => one.definition === definition)) return [];
      const path = base ? `${base}/${id}` : id;
      return LOOPS.has(node.type) ? bodies(path, run) : [path];
    });
    step(definition, paths);
  });
  return levels;
}

function bodies(node: string, run: Run): string[] {
  const inside = run.inside.get(node);
  const count = Math.min(Math.max(inside?.items ?? 0, inside?.begun ?? 0, 1), MOST_BODIES);
  return Array.from({ length: count }, (_, item) => `${node}[${item}]`);
}

/** The use that was told of last: nodes of a run are in the order in which they were first told of. */
function latest(paths: readonly string[], run: Run): string {
  return paths.findLast((path) => run.inside.has(path)) ?? paths[0] ?? "";
}

/** Keep the session told of where the canvas is in the run that it shows; returns what ends it. */
export function watchLooking(): () => void {
  const update = () => {
    const tab = activeTab(useDocuments.getState());
    const session = useSession.getState();
    const shown = session.shown.get(tab?.key ?? "");
    if (!tab || !shown) return;
    const run = runOf(session, tab.key);
    const plain = tab.trail.length === 0 && !shown.around;
    const levels = plain || !run ? [] : levelsOf(tab.history.present, tab.trail, run, shown);
    session.look(tab.key, levels.at(-1)?.chosen ?? "");
  };
  const stops = [useDocuments.subscribe(update), useSession.subscribe(update)];
  return () => {
    for (const stop of stops) stop();
  };
}
