/** Running, at the upper edge: the button, what else can be run, and stopping. Pointing at it shows the plan. */

import { useState } from "react";
import { shownKeys } from "../actions/action.ts";
import { ACTIONS, actionOf } from "../actions/actions.ts";
import { useT } from "../i18n/i18n.ts";
import { useMay } from "../state/access.ts";
import { useDocuments } from "../state/documents.ts";
import { useFaults } from "../state/faults.ts";
import { usePlan } from "../state/plan.ts";
import { interrupt, run } from "../state/running.ts";
import { runOf, useSession } from "../state/session.ts";
import { useUi } from "../state/ui.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";

export function RunButton() {
  const t = useT();
  const active = useDocuments((state) => state.active);
  const mayRun = useMay("run");
  const status = useSession((state) => runOf(state, active)?.status);
  const faults = useFaults((state) => state.faults.length);
  const setShown = usePlan((state) => state.setShown);
  const isRunning = status === "running" || status === "queued";
  const plan = (isShown: boolean) => setShown(isShown || useUi.getState().panel === "plan");
  const [, setOpened] = useState(0); // what can be done is asked anew each time
  const ways = ACTIONS.filter((one) => one.group === "run");
  const keys = shownKeys(actionOf("run")?.keys[0] ?? "");
  return (
    <div className="run-group">
      <IconButton
        icon="stop"
        className="stop"
        label={t("run.cancel")}
        keys={shownKeys(actionOf("interrupt")?.keys[0] ?? "")}
        isDisabled={!isRunning}
        onPress={() => void interrupt()}
      />
      <Button
        tone="accent"
        icon="play"
        onPress={() => void run()}
        onPointerEnter={() => plan(true)}
        onPointerLeave={() => plan(false)}
        onBlur={() => plan(false)}
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
      <MenuButton
        icon="down"
        label={t("run.more")}
        align="end"
        isDisabled={active === null || !mayRun}
        entries={ways.map((one) => ({
          id: one.id,
          title: t(one.title),
          keys: one.keys[0] ? shownKeys(one.keys[0]) : "",
          isDisabled: one.enabled?.() === false,
          run: () => one.run(),
        }))}
        onOpen={() => setOpened((count) => count + 1)}
      />
    </div>
  );
}
