/** The whole editor: bars around the view of the active document, a panel at the side. */

import "../ui/tokens.css";
import "./app.css";
import { Suspense, useEffect } from "react";
import { listenToKeys } from "../actions/actions.ts";
import { Canvas } from "../canvas/Canvas.tsx";
import { watchTypeColours } from "../canvas/colours.ts";
import { useT } from "../i18n/i18n.ts";
import { PanelDock } from "../panels/PanelDock.tsx";
import { listenToClipboard } from "../state/clipboard.ts";
import { useDetails } from "../state/details.ts";
import { useDocuments } from "../state/documents.ts";
import { watchFaults } from "../state/faults.ts";
import { watchLooking } from "../state/looking.ts";
import { useBeginning } from "../state/opening.ts";
import { watchPlan } from "../state/plan.ts";
import { watchMouse } from "../state/pointing.ts";
import { useUi } from "../state/ui.ts";
import { watchWhere } from "../state/where.ts";
import { later } from "../ui/later.tsx";
import { Toasts } from "../ui/Toasts.tsx";
import { Tooltip } from "../ui/Tooltip.tsx";
import { Banners } from "./Banners.tsx";
import { Breadcrumb } from "./Breadcrumb.tsx";
import { Dialogs } from "./Dialogs.tsx";
import { DropZone } from "./DropZone.tsx";
import { NothingOpen } from "./NothingOpen.tsx";
import { Notices } from "./Notices.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TopBar } from "./TopBar.tsx";
import { watchTitle } from "./title.ts";

const NodeDetails = later(async () => (await import("../canvas/NodeDetails.tsx")).NodeDetails);
const VIEWS = {
  form: later(async () => (await import("../views/FormView.tsx")).FormView),
  outline: later(async () => (await import("../views/OutlineView.tsx")).OutlineView),
};

export function App() {
  const t = useT();
  const view = useUi((state) => state.view);
  const asked = useDetails((state) => state.anchor !== null);
  const isBegun = useBeginning((state) => state.isOver);
  const isEmpty = useDocuments((state) => state.tabs.length === 0);
  useEffect(() => listenToKeys(), []);
  useEffect(() => listenToClipboard(), []);
  useEffect(() => watchFaults(), []);
  useEffect(() => watchWhere(), []);
  useEffect(() => watchLooking(), []);
  useEffect(() => watchPlan(), []);
  useEffect(() => watchMouse(), []);
  useEffect(() => watchTitle(), []);
  useEffect(() => watchTypeColours(), []);
  const Other = view === "canvas" ? null : VIEWS[view];
  return (
    <div className="app" data-ready={isBegun || undefined}>
      <TopBar />
      <Notices />
      <main className="app-main" aria-label={t(`view.${view}`)}>
        {view !== "form" && <Breadcrumb />}
        {isEmpty && isBegun ? (
          <NothingOpen />
        ) : Other ? (
          <Suspense fallback={<div className="app-loading" />}>
            <Other />
          </Suspense>
        ) : (
          <Canvas />
        )}
      </main>
      <PanelDock />
      <StatusBar />
      <Toasts />
      <Tooltip />
      {asked && (
        <Suspense>
          <NodeDetails />
        </Suspense>
      )}
      <Dialogs />
      <DropZone />
      <Banners />
    </div>
  );
}
