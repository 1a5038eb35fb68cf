/** A line of text that counts when it is left, or with Enter; Escape takes back what was typed. */

import "./commit-field.css";
import { useState } from "react";

interface Props {
  readonly value: string;
  readonly label: string;
  readonly commit: (text: string) => void;
  readonly placeholder?: string;
  readonly className?: string;
  /** Whether a text can be taken; one that can not is marked, and forgotten when the field is left. */
  readonly allowed?: (text: string) => boolean;
  /** Whether the field has the focus as soon as it appears. */
  readonly autoFocus?: boolean;
  /** Called when the field is left, with or without a change. */
  readonly left?: () => void;
}

export function CommitField(props: Props) {
  const { value, label, commit, placeholder, className = "", allowed, autoFocus = false, left } = props;
  const [typed, setTyped] = useState<string | null>(null);
  const bad = typed !== null && typed !== value && allowed?.(typed) === false;
  const done = () => {
    if (typed !== null && typed !== value && !bad) commit(typed);
    setTyped(null);
    left?.();
  };
  return (
    <input
      className={`text-field ${className}`}
      aria-label={label}
      aria-invalid={bad || undefined}
      autoComplete="off"
      // biome-ignore lint/a11y/noAutofocus: asked for where typing was what the person chose to do
      autoFocus={autoFocus}
      placeholder={placeholder}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          event.stopPropagation();
          setTyped(null);
          left?.();
        }
      }}
    />
  );
}
