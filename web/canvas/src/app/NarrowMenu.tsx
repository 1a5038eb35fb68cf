/** What the bar at the top has no room for on a phone: the views, and the panels. */

import { useT } from "../i18n/i18n.ts";
import { PANELS } from "../panels/PanelDock.tsx";
import { useUi, type View } from "../state/ui.ts";
import { MenuButton } from "../ui/MenuButton.tsx";

const VIEWS: readonly View[] = ["canvas", "form", "outline"];

export function NarrowMenu() {
  const t = useT();
  const { view, setView, panel, togglePanel, openPanel } = useUi();
  return (
    <MenuButton
      className="icon-only narrow-only"
      label={t("topbar.more")}
      entries={[
        ...VIEWS.map((one) => ({
          id: one,
          title: t(`view.${one}`),
          keys: view === one ? "✓" : "",
          run: () => {
            openPanel(null);
            setView(one);
          },
        })),
        null,
        ...PANELS.map(({ name, title }) => ({
          id: name,
          title: t(title),
          keys: panel === name ? "✓" : "",
          run: () => togglePanel(name),
        })),
      ]}
    />
  );
}
