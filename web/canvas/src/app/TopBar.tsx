/** The bar at the top: open documents, the view, running. */

import { useT } from "../i18n/i18n.ts";
import { PANELS } from "../panels/PanelDock.tsx";
import { useUi, type View } from "../state/ui.ts";
import { IconButton } from "../ui/Button.tsx";
import { MainMenu } from "./MainMenu.tsx";
import { NarrowMenu } from "./NarrowMenu.tsx";
import { RunButton } from "./RunButton.tsx";
import { Tabs } from "./Tabs.tsx";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

export function TopBar() {
  const t = useT();
  const { view, setView, panel, togglePanel } = useUi();
  return (
    <header className="top-bar">
      <h1 className="visually-hidden">{t("app.name")}</h1>
      <MainMenu />
      <Tabs />
      <NarrowMenu />
      <fieldset className="view-switch wide-only">
        <legend className="visually-hidden">{t("view.label")}</legend>
        {VIEWS.map((one) => (
          <IconButton
            key={one}
            icon={one}
            label={t(`view.${one}`)}
            pressed={view === one}
            onPress={() => setView(one)}
          />
        ))}
      </fieldset>
      <fieldset className="panel-switch wide-only">
        <legend className="visually-hidden">{t("panel.label")}</legend>
        {PANELS.map(({ name, icon, title }) => (
          <IconButton
            key={name}
            data-panel={name}
            icon={icon}
            label={t(title)}
            pressed={panel === name}
            onPress={() => togglePanel(name)}
          />
        ))}
      </fieldset>
      <RunButton />
    </header>
  );
}
