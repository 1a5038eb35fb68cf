/** A title while it is typed: Enter and leaving keep it, Escape leaves it as it was. */

import { useEffect, useRef } from "react";
import { useGestures } from "../state/gestures.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly done: (value: string) => void;
}

export function TitleField({ label, value, done }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  useEffect(() => field.current?.select(), []);
  const leave = (keep: boolean) => {
    if (left.current) return;
    left.current = true;
    const typed = field.current?.value.trim() ?? value;
    useGestures.getState().rename(null);
    if (keep && typed !== value) done(typed);
  };
  return (
    <input
      ref={field}
      className="title-field nodrag nopan"
      aria-label={label}
      defaultValue={value}
      maxLength={200}
      onBlur={() => leave(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          const card = event.currentTarget.closest<HTMLElement>(".node-card");
          leave(event.key === "Enter");
          card?.focus();
        }
      }}
    />
  );
}
