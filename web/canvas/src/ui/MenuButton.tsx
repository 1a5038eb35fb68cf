/** A button that opens a menu. */

import "./menu.css";
import type { ReactNode } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover, Separator } from "react-aria-components";
import { Icon, type IconName } from "./Icon.tsx";

/** A line of a menu; null is a line between groups. */
export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  readonly isDisabled?: boolean;
  readonly tone?: "danger";
  readonly run: () => void;
}

interface Props {
  /** What the button is called. */
  readonly label: string;
  readonly icon?: IconName;
  readonly className?: string;
  readonly children?: ReactNode;
  readonly entries: readonly (MenuEntry | null)[];
  /** Told before the menu opens: what it offers may have changed. */
  readonly onOpen?: () => void;
}

export function MenuButton({
  label,
  icon = "more",
  className = "icon-only",
  children,
  entries,
  onOpen,
}: Props) {
  return (
    <MenuTrigger {...(onOpen ? { onOpenChange: (open: boolean) => open && onOpen() } : {})}>
      <AriaButton className={`button ${className}`} aria-label={label}>
        {children ?? <Icon name={icon} />}
      </AriaButton>
      <Popover className="menu-popover" placement="bottom start" offset={4}>
        <Menu className="menu" aria-label={label}>
          {entries.map((entry, index) =>
            entry === null ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line between groups is nothing but its place
              <Separator key={`line-${index}`} className="menu-line" />
            ) : (
              <MenuItem
                key={entry.id}
                id={entry.id}
                textValue={entry.title}
                className="menu-item"
                data-tone={entry.tone}
                isDisabled={entry.isDisabled ?? false}
                onAction={entry.run}
              >
                {entry.title}
                {entry.keys && <kbd>{entry.keys}</kbd>}
              </MenuItem>
            ),
          )}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
