import { act, cleanup, render } from "@testing-library/react";
import { ReactFlowProvider } from "@xyflow/react";
import { Profiler } from "react";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EMPTY_CATALOGUE } from "../graph/catalogue.ts";
import { parseWorkflow } from "../graph/workflow.ts";
import { useDocuments } from "../state/documents.ts";
import { type SceneNode, Scenes } from "../state/scene.ts";
import { useSession } from "../state/session.ts";
import { NodeCard } from "./NodeCard.tsx";

const NAMES = ["one", "two", "three"];
const DOCUMENT = JSON.stringify({
  latentgraph: 1,
  nodes: Object.fromEntries(NAMES.map((name) => [name, { type: "toy/number", version: 1, inputs: {} }])),
});

const renders = new Map<string, number>();

function drawn(): Record<string, number> {
  const found = Object.fromEntries(renders);
  renders.clear();
  return found;
}

/** Cards of all nodes, each under a profiler that counts how often anything in it was rendered. */
function Cards({ nodes }: { readonly nodes: readonly SceneNode[] }) {
  return (
    <ReactFlowProvider>
      {nodes.map((scene) => (
        <Profiler key={scene.id} id={scene.id} onRender={(id) => renders.set(id, (renders.get(id) ?? 0) + 1)}>
          <NodeCard data={{ scene }} selected={false} />
        </Profiler>
      ))}
    </ReactFlowProvider>
  );
}

function tell(...events: readonly (readonly [string, Record<string, unknown>])[]): void {
  act(() => useSession.getState().take(events.map(([kind, data]) => ({ kind, job: "job", data }))));
}

beforeEach(() => {
  const workflow = parseWorkflow(DOCUMENT);
  const tab = useDocuments.getState().open(workflow, { kind: "new" });
  useSession.getState().show(tab, "job");
  const { nodes } = new Scenes().make(workflow, null, EMPTY_CATALOGUE, new Map());
  render(<Cards nodes={[...nodes.values()]} />);
  tell(["job_status", { status: "running" }], ["node_started", { node: "one" }]);
  drawn();
});

afterEach(cleanup);

test("progress of a node renders that node once, and no other", () => {
  tell(["node_progress", { node: "one", done: 1, total: 4, note: "" }]);
  expect(drawn()).toEqual({ one: 1 });
});

test("all that a stream told at once is one render of each node that it is about", () => {
  tell(
    ["node_progress", { node: "one", done: 2, total: 4, note: "" }],
    ["node_progress", { node: "one", done: 3, total: 4, note: "" }],
    ["node_started", { node: "three" }],
    ["node_progress", { node: "three", done: 1, total: 2, note: "" }],
  );
  expect(drawn()).toEqual({ one: 1, three: 1 });
});

test("what is told of nodes that are not here renders nothing", () => {
  tell(["node_progress", { node: "elsewhere", done: 1, total: 4, note: "" }]);
  expect(drawn()).toEqual({});
});
