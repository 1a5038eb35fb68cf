import type { ReactNode, Ref } from "react";
import { Button as AriaButton, type ButtonProps, Tooltip, TooltipTrigger } from "react-aria-components";
import { Icon, type IconName } from "./Icon.tsx";
import "./button.css";

interface Props extends Omit<ButtonProps, "children" | "className"> {
  readonly tone?: "plain" | "quiet" | "accent" | "danger";
  readonly icon?: IconName;
  readonly children?: ReactNode;
  readonly className?: string;
}

/** A button with words. */
export function Button({ tone = "plain", icon, children, className = "", ...props }: Props) {
  return (
    <AriaButton {...props} className={`button ${tone} ${className}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "className"> {
  readonly icon: IconName;
  /** What it does: its name, and the words that appear over it. */
  readonly label: string;
  readonly keys?: string;
  readonly className?: string;
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button that is an icon, with its words as a tooltip. */
export function IconButton({ icon, label, keys, className = "", pressed, ...props }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...props}
        aria-label={label}
        {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
        className={`button icon-only ${className}`}
      >
        <Icon name={icon} />
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
        {keys && <kbd>{keys}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
