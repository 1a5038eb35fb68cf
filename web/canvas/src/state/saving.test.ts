import { describe, expect, it } from "vitest";
import { renameWorkflow } from "../graph/commands/document.ts";
import { emptyWorkflow, parseWorkflow, writeWorkflow } from "../graph/workflow.ts";
import type { WorkflowSummary } from "../server/library.ts";
import { whatChanged } from "./saving.ts";

const mine = emptyWorkflow("Mine");
const theirs = (version: number, workflow = renameWorkflow(mine, "Theirs")) => ({
  summary: { version } as WorkflowSummary,
  workflow,
});

describe("a refused save", () => {
  it("is tried again where only tags or the picture changed", () => {
    expect(whatChanged({ version: 3 }, mine, theirs(3))).toBe("about");
  });

  it("is done where what is there says the same", () => {
    expect(whatChanged({ version: 3 }, mine, theirs(4, parseWorkflow(writeWorkflow(mine))))).toBe("same");
  });

  it("is a conflict where somebody saved another document", () => {
    expect(whatChanged({ version: 3 }, mine, theirs(4))).toBe("document");
  });
});
