/** The bar at the top: open documents, the view, running. */

import { shownKeys } from "../actions/action.ts";
import { ACTIONS } from "../actions/actions.ts";
import { useT } from "../i18n/i18n.ts";
import { PANELS } from "../panels/PanelDock.tsx";
import { useMay } from "../state/access.ts";
import { useDocuments } from "../state/documents.ts";
import { interrupt, run } from "../state/running.ts";
import { useSession } from "../state/session.ts";
import { useUi, type View } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { MainMenu } from "./MainMenu.tsx";
import { Tabs } from "./Tabs.tsx";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

export function TopBar() {
  const t = useT();
  const { view, setView, panel, togglePanel } = useUi();
  return (
    <header className="top-bar">
      <MainMenu />
      <Tabs />
      <fieldset className="view-switch">
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
      {PANELS.map(({ name, icon, title }) => (
        <IconButton
          key={name}
          icon={icon}
          label={t(title)}
          pressed={panel === name}
          onPress={() => togglePanel(name)}
        />
      ))}
      <RunButton />
    </header>
  );
}

function RunButton() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const mayRun = useMay("run");
  const running = useSession(({ runs, shown }) => {
    const status = runs.get(shown.get(active ?? "") ?? "")?.status;
    return status === "running" || status === "queued";
  });
  const keys = ACTIONS.find((one) => one.id === "run")?.keys[0] ?? "";
  return (
    <>
      {running && <IconButton icon="stop" label={t("run.cancel")} onPress={() => void interrupt()} />}
      <Button tone="accent" icon="play" onPress={() => void run()} isDisabled={active === null || !mayRun}>
        {t("run.go")}
        <kbd className="visually-hidden">{shownKeys(keys)}</kbd>
      </Button>
    </>
  );
}
