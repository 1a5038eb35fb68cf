/** The bar at the top: open documents, the view, running. */

import { emptyWorkflow } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { PANELS } from "../panels/PanelDock.tsx";
import { isChanged, nameOf, type Tab, useDocuments } from "../state/documents.ts";
import { useUi, type View } from "../state/ui.ts";
import { IconButton } from "../ui/Button.tsx";
import { RunButton } from "./RunButton.tsx";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

export function TopBar() {
  const t = useT();
  const { view, setView, panel, togglePanel } = useUi();
  return (
    <header className="top-bar">
      <h1 className="brand">
        <img src="/docs/icon.svg" alt="" width={20} height={20} />
        {t("app.name")}
      </h1>
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
