import { act, cleanup, createEvent, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bodyAt, parseWorkflow } from "../graph/workflow.ts";
import { activeTab, useDocuments } from "../state/documents.ts";
import { InterfacePanel } from "./InterfacePanel.tsx";

const NAMES = ["first", "second", "third"];

beforeEach(() => {
  const places = NAMES.map((name) => [name, { node: "one", input: name }] as const);
  const document = {
    latentgraph: 1,
    nodes: { one: { type: "toy/number", version: 1, inputs: {} } },
    interface: { inputs: Object.fromEntries(places), outputs: {} },
  };
  useDocuments.getState().open(parseWorkflow(JSON.stringify(document)), { kind: "new" });
  render(<InterfacePanel />);
});

afterEach(cleanup);

const order = () => {
  const tab = activeTab(useDocuments.getState());
  return tab ? [...bodyAt(tab.history.present, null).interface.inputs.keys()] : [];
};
const entry = (name: string) => {
  const found = screen.getByDisplayValue(name).closest("li.interface-entry");
  if (!found) throw new Error(name);
  return found;
};

/** Drag an entry by its grip to the upper or the lower half of another. */
function drag(name: string, onto: string, half: "upper" | "lower"): void {
  const kept = new Map<string, string>();
  const dataTransfer = {
    get types() {
      return [...kept.keys()];
    },
    setData: (kind: string, text: string) => kept.set(kind, text),
    getData: (kind: string) => kept.get(kind) ?? "",
  };
  const target = entry(onto);
  vi.spyOn(target, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 100, 300, 100));
  const grip = entry(name).querySelector(".interface-grip");
  if (!grip) throw new Error("There is no grip.");
  fireEvent.dragStart(grip, { dataTransfer });
  for (const kind of ["dragOver", "drop"] as const) {
    const event = createEvent[kind](target, { dataTransfer });
    Object.defineProperty(event, "clientY", { value: half === "upper" ? 110 : 190 });
    fireEvent(target, event);
    if (kind === "dragOver") {
      expect(target.getAttribute("data-over")).toBe(half === "upper" ? "before" : "after");
    }
  }
  expect(target.hasAttribute("data-over")).toBe(false);
}

test("an entry is dropped where the line shows it, above and below where it was", () => {
  drag("first", "third", "upper");
  expect(order()).toEqual(["second", "first", "third"]);
  drag("second", "third", "lower");
  expect(order()).toEqual(["first", "third", "second"]);
  drag("second", "first", "upper");
  expect(order()).toEqual(["second", "first", "third"]);
  act(() => useDocuments.getState().undo());
  expect(order()).toEqual(["first", "third", "second"]);
});

test("what is dragged from elsewhere moves nothing", () => {
  const dataTransfer = { types: ["text/plain"], getData: () => "" };
  fireEvent.dragOver(entry("first"), { dataTransfer });
  fireEvent.drop(entry("first"), { dataTransfer });
  expect(order()).toEqual(NAMES);
});

test("an entry is moved to an end by the keyboard, which stays with it", async () => {
  const press = (name: string) => {
    const button = screen.getByRole("button", { name });
    button.focus();
    fireEvent.click(button); // as a browser does for Enter on a button
  };
  press("Move Third up");
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Third up"));
  press("Move Third up");
  expect(order()).toEqual(["third", "first", "second"]);
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Third down"));
});
