/** What is seen when no document is open: ways to begin. */

import "./nothing-open.css";
import { useT } from "../i18n/i18n.ts";
import { openNew } from "../state/opening.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";

export function NothingOpen() {
  const t = useT();
  const openDialog = useUi((state) => state.openDialog);
  return (
    <div className="nothing-open">
      <h2>{t("nothing.title")}</h2>
      <p>{t("nothing.body")}</p>
      <div className="nothing-open-ways">
        <Button icon="image" tone="accent" onPress={() => openDialog("open", { section: "templates" })}>
          {t("file.templates")}
        </Button>
        <Button icon="library" onPress={() => openDialog("open", { section: "library" })}>
          {t("library.title")}
        </Button>
        <Button icon="plus" onPress={openNew}>
          {t("tab.new")}
        </Button>
      </div>
    </div>
  );
}
