/** The whole editor: bars around the view of the active document, a panel at the side. */

import "../ui/tokens.css";
import "./app.css";
import { lazy, Suspense, useEffect } from "react";
import { listenToKeys } from "../actions/actions.ts";
import { Canvas } from "../canvas/Canvas.tsx";
import { useT } from "../i18n/i18n.ts";
import { PanelDock } from "../panels/PanelDock.tsx";
import { listenToClipboard } from "../state/clipboard.ts";
import { watchFaults } from "../state/faults.ts";
import { useUi } from "../state/ui.ts";
import { Toasts } from "../ui/Toasts.tsx";
import { watchAddress } from "./address.ts";
import { Breadcrumb } from "./Breadcrumb.tsx";
import { Dialogs } from "./Dialogs.tsx";
import { StatusBar } from "./StatusBar.tsx";
import { TopBar } from "./TopBar.tsx";

const VIEWS = {
  form: lazy(async () => ({ default: (await import("../views/FormView.tsx")).FormView })),
  outline: lazy(async () => ({ default: (await import("../views/OutlineView.tsx")).OutlineView })),
};

export function App() {
  const t = useT();
  const view = useUi((state) => state.view);
  useEffect(() => listenToKeys(), []);
  useEffect(() => listenToClipboard(), []);
  useEffect(() => watchFaults(), []);
  useEffect(() => watchAddress(), []);
  const Other = view === "canvas" ? null : VIEWS[view];
  return (
    <div className="app">
      <TopBar />
      <main className="app-main" aria-label={t(`view.${view}`)}>
        {view !== "form" && <Breadcrumb />}
        {Other ? (
          <Suspense fallback={<div className="app-loading" />}>
            <Other />
          </Suspense>
        ) : (
          <Canvas />
        )}
      </main>
      <PanelDock />
      <StatusBar />
      <Dialogs />
      <Toasts />
    </div>
  );
}
