/** One of a few values, side by side. */

import "./segments.css";
import { useId } from "react";

interface Props<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly change: (value: T) => void;
  /** The id of an element that says more. */
  readonly about?: string;
}

export function Segments<T extends string>({ label, value, options, change, about }: Props<T>) {
  const name = useId();
  return (
    <div className="segments" role="radiogroup" aria-label={label} aria-describedby={about}>
      {options.map(([one, title]) => (
        <label key={one} className="segment">
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={one === value}
            onChange={() => change(one)}
          />
          {title}
        </label>
      ))}
    </div>
  );
}
