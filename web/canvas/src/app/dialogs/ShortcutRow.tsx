/** An action and its keys, each of which can be pressed anew. */

import { type KeyboardEvent, useState } from "react";
import { type Action, pressedKeys, shownKeys } from "../../actions/action.ts";
import { alsoMeant } from "../../actions/actions.ts";
import { useT } from "../../i18n/i18n.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { Icon } from "../../ui/Icon.tsx";

interface Props {
  readonly action: Action;
  /** Whether the keys are the person's own. */
  readonly isChosen: boolean;
}

export function ShortcutRow({ action, isChosen }: Props) {
  const t = useT();
  const choose = useShortcuts((state) => state.choose);
  const title = t(action.title);
  const { keys } = action;
  const put = (index: number, next: string | null) => {
    const others = keys.filter((one, at) => at !== index && one !== next);
    choose(action.id, next === null ? others : others.toSpliced(index, 0, next));
  };
  const others = isChosen ? new Set(keys.flatMap((one) => alsoMeant(action, one))) : [];
  return (
    <li className="shortcut" data-chosen={isChosen || undefined}>
      <span className="shortcut-title">{title}</span>
      <span className="shortcut-keys">
        {keys.map((one, index) =>
          action.native ? (
            <kbd key={one} className="keys" title={t("shortcuts.native")}>
              {shownKeys(one)}
            </kbd>
          ) : (
            <Recorder
              key={one}
              label={t("shortcuts.change", { title, keys: shownKeys(one) })}
              shown={shownKeys(one)}
              put={(next) => put(index, next)}
            />
          ),
        )}
        {!action.native && (
          <Recorder
            key={`new ${keys.length}`}
            label={t("shortcuts.add", { title })}
            put={(next) => next !== null && put(keys.length, next)}
          />
        )}
        {isChosen && (
          <button
            type="button"
            className="button icon-only"
            title={t("shortcuts.first")}
            aria-label={t("shortcuts.first_of", { title })}
            onClick={() => choose(action.id, null)}
          >
            <Icon name="undo" />
          </button>
        )}
      </span>
      {[...others].map((one) => (
        <span key={one.id} className="shortcut-clash">
          {t("shortcuts.clash", { title: t(one.title) })}
        </span>
      ))}
    </li>
  );
}

interface RecorderProps {
  readonly label: string;
  /** The keys as they are; left out where there are none yet. */
  readonly shown?: string;
  /** Take other keys; null where they are to go. */
  readonly put: (keys: string | null) => void;
}

/** A button that, once pressed, takes the next key press as the keys of an action. */
function Recorder({ label, shown, put }: RecorderProps) {
  const t = useT();
  const [listening, setListening] = useState(false);
  const press = (event: KeyboardEvent) => {
    if (!listening) return;
    event.preventDefault();
    event.stopPropagation();
    const keys = pressedKeys(event.nativeEvent);
    if (keys === null) return;
    setListening(false);
    if (keys === "Escape") return;
    put(keys === "Delete" || keys === "Backspace" ? null : keys);
  };
  return (
    <button
      type="button"
      className={shown ? "keys" : "button icon-only"}
      data-listening={listening || undefined}
      aria-label={listening ? t("shortcuts.press") : label}
      title={label}
      onClick={() => setListening(true)}
      onBlur={() => setListening(false)}
      onKeyDown={press}
    >
      {listening ? t("shortcuts.press") : (shown ?? <Icon name="plus" />)}
    </button>
  );
}
