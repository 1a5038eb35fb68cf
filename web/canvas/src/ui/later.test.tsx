import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useSession } from "../state/session.ts";
import { Boundary, later } from "./later.tsx";

const Panel = () => <p>the panel</p>;
let broken = false;

function Fragile() {
  if (broken) throw new Error("a bug");
  return <p>the view</p>;
}

const away = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));

async function draw(part: React.ReactNode): Promise<void> {
  await act(async () => {
    render(<Suspense>{part}</Suspense>);
  });
}

beforeEach(() => {
  useSession.setState({ connection: "away" });
  vi.spyOn(console, "error").mockImplementation(() => {}); // React tells of what a boundary kept
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("a part that can not be loaded says so and comes when the server is back", async () => {
  const load = vi.fn(async () => Panel);
  const Part = later<object>(load);
  await draw(<Part />);
  expect(screen.getByRole("alert").textContent).toContain("when the server is back");
  expect(load).not.toHaveBeenCalled(); // a browser would not ask a second time
  await act(async () => useSession.setState({ connection: "open" }));
  expect(screen.getByText("the panel")).toBeTruthy();
});

test("a part that was fetched ahead needs no server", async () => {
  useSession.setState({ connection: "open" });
  const Part = later<object>(async () => Panel);
  Part.ahead();
  useSession.setState({ connection: "away" });
  await draw(<Part />);
  expect(screen.getByText("the panel")).toBeTruthy();
});

test("a part that did not come from a server that is there needs a reload", async () => {
  useSession.setState({ connection: "open" });
  const Part = later<object>(away);
  await draw(<Part />);
  expect(screen.getByRole("button", { name: "Reload" })).toBeTruthy();
});

test("a part that can be closed is closed where it did not come", async () => {
  const close = vi.fn();
  const Part = later<{ readonly close: () => void }>(away);
  await draw(<Part close={close} />);
  screen.getByRole("button", { name: "Dismiss" }).click();
  expect(close).toHaveBeenCalledOnce();
});

test("what goes wrong in a part stays in it, and it can be drawn again", async () => {
  broken = true;
  await draw(
    <Boundary>
      <Fragile />
    </Boundary>,
  );
  expect(screen.getByRole("alert").textContent).toContain("Something went wrong");
  broken = false;
  await act(async () => screen.getByRole("button", { name: "Try again" }).click());
  expect(screen.getByText("the view")).toBeTruthy();
});
