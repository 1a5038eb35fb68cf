/** The panels at the side: one open at a time. A new panel is a file and a line here. */

import "./panels.css";
import { type ComponentType, Suspense } from "react";
import { type Key, useT } from "../i18n/i18n.ts";
import { useUi } from "../state/ui.ts";
import { IconButton } from "../ui/Button.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { later } from "../ui/later.tsx";

interface Panel {
  readonly name: string;
  readonly title: Key;
  readonly icon: IconName;
  readonly component: ComponentType;
}

export const PANELS: readonly Panel[] = [
  {
    name: "faults",
    title: "panel.faults",
    icon: "warn",
    component: later(async () => (await import("./FaultsPanel.tsx")).FaultsPanel),
  },
  {
    name: "plan",
    title: "panel.plan",
    icon: "plan",
    component: later(async () => (await import("./PlanPanel.tsx")).PlanPanel),
  },
  {
    name: "queue",
    title: "panel.queue",
    icon: "queue",
    component: later(async () => (await import("./QueuePanel.tsx")).QueuePanel),
  },
  {
    name: "gallery",
    title: "panel.gallery",
    icon: "gallery",
    component: later(async () => (await import("./GalleryPanel.tsx")).GalleryPanel),
  },
  {
    name: "interface",
    title: "panel.interface",
    icon: "ports",
    component: later(async () => (await import("./InterfacePanel.tsx")).InterfacePanel),
  },
  {
    name: "definitions",
    title: "panel.definitions",
    icon: "parts",
    component: later(async () => (await import("./DefinitionPanel.tsx")).DefinitionPanel),
  },
];

export function PanelDock() {
  const t = useT();
  const { panel, openPanel } = useUi();
  const open = PANELS.find((one) => one.name === panel);
  if (!open) return null;
  const Content = open.component;
  return (
    <aside className="panel" aria-label={t(open.title)}>
      <header className="panel-header">
        <h2>{t(open.title)}</h2>
        <IconButton icon="close" label={t("panel.close")} onPress={() => openPanel(null)} />
      </header>
      <div className="panel-body">
        <Suspense>
          <Content />
        </Suspense>
      </div>
    </aside>
  );
}
