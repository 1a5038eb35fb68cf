/** Running and stopping. */

import { interrupt, run } from "../state/running.ts";
import type { Action } from "./action.ts";

export const runActions: readonly Action[] = [
  {
    id: "run",
    title: "run.go",
    keys: ["Mod+Enter"],
    scope: "anywhere",
    group: "run",
    run: () => void run(),
  },
  {
    id: "interrupt",
    title: "run.cancel",
    keys: ["Mod+Alt+Enter"],
    scope: "anywhere",
    group: "run",
    run: () => void interrupt(),
  },
];
