/** The page's address says which view is open and which definitions were entered, so that both can be linked to. */

import { hasPlace } from "../graph/workflow.ts";
import { activeTab, useDocuments } from "./documents.ts";
import { useBeginning } from "./opening.ts";
import { useUi, type View } from "./ui.ts";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

/** Keep the address and what is shown together; going back in the browser leaves a definition. */
export function watchWhere(): () => void {
  let waiting: URLSearchParams | null = location.hash.length > 1 ? readHash() : null;
  let applying = false;
  const follow = () => {
    if (applying) return;
    if (waiting && useBeginning.getState().isOver && activeTab(useDocuments.getState())) {
      applying = true;
      apply(waiting);
      applying = false;
      waiting = null;
    }
    if (!waiting) write();
  };
  const heard = () => {
    waiting = readHash();
    follow();
  };
  const stops = [useDocuments.subscribe(follow), useUi.subscribe(follow), useBeginning.subscribe(follow)];
  window.addEventListener("popstate", heard);
  follow();
  return () => {
    for (const stop of stops) stop();
    window.removeEventListener("popstate", heard);
  };
}

function readHash(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

function apply(wanted: URLSearchParams): void {
  const view = VIEWS.find((one) => one === wanted.get("view")) ?? "canvas";
  const { setView, view: before } = useUi.getState();
  if (view !== before) setView(view);
  const documents = useDocuments.getState();
  const tab = activeTab(documents);
  if (!tab) return;
  const trail = wanted.getAll("in").filter((name) => hasPlace(tab.history.present, name));
  const same = trail.findIndex((name, depth) => tab.trail[depth] !== name);
  const kept = same < 0 ? trail.length : same;
  if (kept < tab.trail.length) documents.leave(kept);
  for (const name of trail.slice(kept)) documents.enter(name);
}

function write(): void {
  const hash = readHash();
  const before = hash.toString();
  const trailBefore = hash.getAll("in").join("\n");
  const trail = activeTab(useDocuments.getState())?.trail ?? [];
  const { view } = useUi.getState();
  hash.delete("in");
  hash.delete("view");
  for (const name of trail) hash.append("in", name);
  if (view !== "canvas") hash.set("view", view);
  const now = hash.toString();
  if (now === before) return;
  const address = `${location.pathname}${location.search}${now ? `#${now}` : ""}`;
  if (trail.join("\n") === trailBefore) history.replaceState(history.state, "", address);
  else history.pushState(history.state, "", address);
}
