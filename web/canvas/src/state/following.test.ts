import { beforeEach, expect, test } from "vitest";
import { runOf, useSession } from "./session.ts";

const TAB = "tab";
const { follow, show, take } = useSession.getState();

const tell = (...jobs: readonly (readonly [string, string])[]) =>
  take(jobs.map(([job, status]) => ({ kind: "job_status", job, data: { status } })));
const shown = () => useSession.getState().shown.get(TAB)?.job;

beforeEach(() => useSession.setState({ runs: new Map(), shown: new Map() }));

test("runs of a batch are shown one after the other, each while it runs", () => {
  for (const job of ["one", "two", "three"]) follow(TAB, job);
  tell(["one", "running"], ["two", "queued"], ["three", "queued"]);
  expect(shown()).toBe("one");
  tell(["one", "done"]);
  expect(shown()).toBe("two");
  tell(["two", "running"], ["two", "failed"], ["three", "running"]);
  expect(shown()).toBe("three");
  tell(["three", "done"]);
  expect(shown()).toBe("three");
});

test("of runs that were over before they could be shown, the last one is", () => {
  for (const job of ["one", "two", "three"]) follow(TAB, job);
  tell(["one", "done"], ["two", "done"], ["three", "done"]);
  expect(shown()).toBe("three");
});

test("a run that overtakes the others is shown while it runs, and they in their turn", () => {
  follow(TAB, "one");
  tell(["one", "queued"]);
  follow(TAB, "first");
  tell(["first", "running"]);
  expect(shown()).toBe("first");
  tell(["first", "done"]);
  expect(shown()).toBe("one");
});

test("after one that is over the next one is shown at once", () => {
  follow(TAB, "one");
  tell(["one", "done"]);
  follow(TAB, "two");
  expect(shown()).toBe("two");
});

test("a run that a person chose to see stays", () => {
  follow(TAB, "one");
  follow(TAB, "two");
  show(TAB, "old");
  tell(["old", "done"], ["one", "running"]);
  expect(shown()).toBe("old");
  expect(runOf(useSession.getState(), TAB)?.status).toBe("done");
});
