/** Running, at the upper edge: the button, what else can be run, and stopping. Pointing at it shows the plan. */

import "../ui/menu.css";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { shownKeys } from "../actions/action.ts";
import { runActions } from "../actions/run.ts";
import { useT } from "../i18n/i18n.ts";
import { useMay } from "../state/access.ts";
import { useDocuments } from "../state/documents.ts";
import { useFaults } from "../state/faults.ts";
import { usePlan } from "../state/plan.ts";
import { interrupt, run } from "../state/running.ts";
import { runOf, useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";

export function RunButton() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const mayRun = useMay("run");
  const status = useSession((state) => runOf(state, active)?.status);
  const faults = useFaults((state) => state.faults.length);
  const setShown = usePlan((state) => state.setShown);
  const isRunning = status === "running" || status === "queued";
  const plan = (isShown: boolean) => setShown(isShown || useUi.getState().panel === "plan");
  const keys = shownKeys(runActions.find((one) => one.id === "run")?.keys[0] ?? "");
  return (
    <div className="run-group">
      {isRunning && <IconButton icon="stop" label={t("run.cancel")} onPress={() => void interrupt()} />}
      <Button
        tone="accent"
        icon="play"
        onPress={() => void run()}
        onHoverChange={plan}
        onFocusChange={(isFocused) => !isFocused && plan(false)}
        isDisabled={active === null || !mayRun}
      >
        {t("run.go")}
        {faults > 0 && (
          <span className="run-faults">
            {faults}
            <span className="visually-hidden">{t("run.faults", { count: faults })}</span>
          </span>
        )}
        <kbd className="visually-hidden">{keys}</kbd>
      </Button>
      <MenuTrigger>
        <IconButton icon="down" label={t("run.more")} isDisabled={active === null || !mayRun} />
        <Popover className="menu-popover" placement="bottom end">
          <Menu
            className="menu"
            aria-label={t("run.more")}
            disabledKeys={runActions.filter((one) => one.enabled?.() === false).map((one) => one.id)}
            onAction={(id) => runActions.find((one) => one.id === id)?.run()}
          >
            {runActions.map((action) => (
              <MenuItem key={action.id} id={action.id} className="menu-item" textValue={t(action.title)}>
                <span>{t(action.title)}</span>
                {action.keys[0] && <kbd>{shownKeys(action.keys[0])}</kbd>}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
    </div>
  );
}
