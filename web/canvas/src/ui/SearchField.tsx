/** A line to search in what is below it. Escape empties it first, and counts for the window around it after that. */

import "./search-field.css";
import { useT } from "../i18n/i18n.ts";
import { Icon } from "./Icon.tsx";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly change: (text: string) => void;
}

export function SearchField({ label, value, change }: Props) {
  const t = useT();
  return (
    <div className="search-field">
      <Icon name="search" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={value}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.stopPropagation();
          change("");
        }}
      />
      {value !== "" && (
        <button type="button" aria-label={t("search.clear")} onClick={() => change("")}>
          <Icon name="close" size={14} />
        </button>
      )}
    </div>
  );
}
