/** Which of several uses of a definition the canvas shows the run of: rows of a sweep, items of a loop, calls. */

import "./looking-bar.css";
import { useMemo } from "react";
import { useT } from "../i18n/i18n.ts";
import { activeTab, useDocuments } from "../state/documents.ts";
import { type Level, levelsOf } from "../state/looking.ts";
import { runOf, useSession } from "../state/session.ts";
import { IconButton } from "../ui/Button.tsx";

export function LookingBar() {
  const t = useT();
  const tab = useDocuments(activeTab);
  const shown = useSession((state) => state.shown.get(tab?.key ?? ""));
  const run = useSession((state) => runOf(state, tab?.key ?? null));
  const choose = useSession((state) => state.choose);
  const levels = useMemo(
    () => (tab && shown && run ? levelsOf(tab.history.present, tab.trail, run, shown) : []),
    [tab, shown, run],
  );
  if (!tab || levels.length === 0) return null;
  return (
    <nav className="looking-bar" aria-label={t("looking.label")}>
      {levels.map((level) => (
        <LevelView
          key={level.definition}
          level={level}
          choose={(path) => choose(tab.key, level.definition, path)}
        />
      ))}
    </nav>
  );
}

interface LevelProps {
  readonly level: Level;
  readonly choose: (path: string) => void;
}

function LevelView({ level, choose }: LevelProps) {
  const t = useT();
  const { paths, chosen, definition } = level;
  const at = paths.indexOf(chosen);
  const step = (by: number) => {
    const path = paths[at + by];
    if (path !== undefined) choose(path);
  };
  const name = definition || t("looking.row");
  if (paths.length < 2) return <span className="looking-level">{chosen || name}</span>;
  return (
    <span className="looking-level">
      <IconButton
        icon="right"
        className="turned"
        label={t("looking.before", { name })}
        isDisabled={at <= 0}
        onPress={() => step(-1)}
      />
      <select
        aria-label={t("looking.choose", { name })}
        value={chosen}
        onChange={(e) => choose(e.target.value)}
      >
        {paths.map((path) => (
          <option key={path} value={path}>
            {path}
          </option>
        ))}
      </select>
      <span className="looking-count">{t("looking.of", { item: at + 1, items: paths.length })}</span>
      <IconButton
        icon="right"
        label={t("looking.after", { name })}
        isDisabled={at >= paths.length - 1}
        onPress={() => step(1)}
      />
    </span>
  );
}
