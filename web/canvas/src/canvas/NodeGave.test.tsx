import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { ReactFlowProvider } from "@xyflow/react";
import { afterEach, expect, test } from "vitest";
import type { Values } from "../graph/values.ts";
import { parseWorkflow } from "../graph/workflow.ts";
import { useDetails } from "../state/details.ts";
import { useDocuments } from "../state/documents.ts";
import { useScene } from "../state/scene.ts";
import { useSession } from "../state/session.ts";
import { NodeCard } from "./NodeCard.tsx";

const TEXT = "a red apple left of a cat";
const DOCUMENT = { latentgraph: 1, nodes: { one: { type: "toy/one", version: 1, inputs: { text: TEXT } } } };

afterEach(cleanup);

function Card() {
  const scene = useScene().nodes.get("one");
  return scene ? <NodeCard data={{ scene }} selected={false} /> : null;
}

/** The card of a node that has a text written in it, after it gave some values. */
function gave(values: Values): void {
  const tab = useDocuments.getState().open(parseWorkflow(JSON.stringify(DOCUMENT)), { kind: "new" });
  const job = `job of ${tab}`;
  useSession.getState().show(tab, job);
  useSession.getState().take([{ kind: "node_finished", job, data: { node: "one", seconds: 2, values } }]);
  render(<ReactFlowProvider><Card /></ReactFlowProvider>); // biome-ignore format: one line says it
}

test("a node says the numbers and short texts that it gave in its status", () => {
  gave({ quotient: 3, kind: "apple" });
  expect(screen.getByRole("button", { name: "One: ✓ 2.0s, 3 · apple. Tell more" })).toBeTruthy();
});

test("a node draws the numbers that it gave, and shows them large when asked", () => {
  gave({ loss: [3, 2, 1] });
  const plot = screen.getByRole("button", { name: /^One: 3 numbers from 1 to 3, the last is 1\./ });
  expect(plot.querySelector("polyline")).toBeTruthy();
  fireEvent.click(plot);
  const { node, anchor } = useDetails.getState();
  expect([node, anchor === plot]).toEqual(["one", true]);
});

test("a node shows a long text that it gave, unless the text is written in it", () => {
  gave({ caption: "a green pear right of a dog" });
  expect(document.querySelector(".node-text")?.textContent).toBe("a green pear right of a dog");
  cleanup();
  gave({ caption: TEXT });
  expect(document.querySelector(".node-text")).toBeNull();
});
