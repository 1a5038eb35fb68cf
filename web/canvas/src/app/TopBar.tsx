/** The bar at the top: open documents, the view, running. */

import { shownKeys } from "../actions/action.ts";
import { ACTIONS } from "../actions/actions.ts";
import { emptyWorkflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { PANELS } from "../panels/PanelDock.tsx";
import { isChanged, nameOf, type Tab, useDocuments } from "../state/documents.ts";
import { interrupt, run } from "../state/running.ts";
import { useSession } from "../state/session.ts";
import { useUi, type View } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

export function TopBar() {
  const t = useT();
  const { view, setView, panel, togglePanel } = useUi();
  return (
    <header className="top-bar">
      <span className="brand">
        <img src="/docs/icon.svg" alt="" width={20} height={20} />
        {t("app.name")}
      </span>
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

function Tabs() {
  const t = useT();
  const { tabs, active, activate, close, open } = useDocuments();
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      {tabs.map((tab) => (
        <TabView
          key={tab.key}
          tab={tab}
          isActive={tab.key === active}
          activate={() => activate(tab.key)}
          close={() => close(tab.key)}
        />
      ))}
      <IconButton
        icon="plus"
        label={t("tab.new")}
        onPress={() => open(emptyWorkflow(t("tab.untitled")), { kind: "new" })}
      />
    </nav>
  );
}

interface TabViewProps {
  readonly tab: Tab;
  readonly isActive: boolean;
  readonly activate: () => void;
  readonly close: () => void;
}

function TabView({ tab, isActive, activate, close }: TabViewProps) {
  const t = useT();
  const name = nameOf(tab.history.present) || t("tab.untitled");
  return (
    <span className="tab" data-active={isActive || undefined}>
      <button
        type="button"
        className="tab-name"
        aria-current={isActive ? "page" : undefined}
        onClick={activate}
      >
        {isChanged(tab) ? `${name} •` : name}
      </button>
      <IconButton icon="close" label={t("tab.close", { name })} onPress={close} />
    </span>
  );
}

function RunButton() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const running = useSession(({ runs, shown }) => {
    const status = runs.get(shown.get(active ?? "") ?? "")?.status;
    return status === "running" || status === "queued";
  });
  const keys = ACTIONS.find((one) => one.id === "run")?.keys[0] ?? "";
  return (
    <>
      {running && <IconButton icon="stop" label={t("run.cancel")} onPress={() => void interrupt()} />}
      <Button tone="accent" icon="play" onPress={() => void run()} isDisabled={active === null}>
        {t("run.go")}
        <kbd className="visually-hidden">{shownKeys(keys)}</kbd>
      </Button>
    </>
  );
}
