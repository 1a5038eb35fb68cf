/**
 * Buttons are the browser's own: they are everywhere from the first moment on, and need nothing of a library.
 * What an icon means is said by the one tooltip of the page (`Tooltip.tsx`).
 */

import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import "./button.css";

type Native = Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  "children" | "className" | "disabled" | "onClick" | "aria-pressed" | "aria-label"
>;

interface Pressable extends Native {
  readonly onPress?: () => void;
  readonly isDisabled?: boolean;
  readonly className?: string;
}

interface Props extends Pressable {
  readonly tone?: "plain" | "quiet" | "accent" | "danger";
  readonly icon?: IconName;
  readonly children?: ReactNode;
}

/** A button with words. */
export function Button({ tone = "plain", icon, children, className = "", ...props }: Props) {
  return (
    <button {...native(props)} className={`button ${tone} ${className}`}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Pressable {
  readonly icon: IconName;
  /** What it does: its name, and the words that appear over it. */
  readonly label: string;
  readonly keys?: string;
  readonly pressed?: boolean;
}

/** A button that is an icon, with its words as a tooltip. */
export function IconButton({ icon, label, keys, className = "", pressed, ...props }: IconButtonProps) {
  return (
    <button
      {...native(props)}
      aria-label={label}
      aria-pressed={pressed}
      data-tip={label}
      data-tip-keys={keys}
      className={`button icon-only ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}

function native({ onPress, isDisabled, type, ...others }: Pressable) {
  const click = onPress ? { onClick: () => onPress() } : {};
  return { ...others, ...click, type: type ?? ("button" as const), disabled: isDisabled ?? false };
}
