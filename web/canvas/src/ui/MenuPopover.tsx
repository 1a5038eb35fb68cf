/** The menu of a MenuButton. It is loaded when the first menu opens: no page begins with one. */

import "./menu.css";
import type { RefObject } from "react";
import { Menu, MenuItem, Popover, type PopoverProps, Separator } from "react-aria-components";

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
  readonly label: string;
  readonly entries: readonly (MenuEntry | null)[];
  readonly placement: NonNullable<PopoverProps["placement"]>;
  /** The button that it opens at. */
  readonly button: RefObject<HTMLButtonElement | null>;
  /** The line that the keyboard begins at. */
  readonly first: "first" | "last";
  readonly close: () => void;
}

export function MenuPopover({ label, entries, placement, button, first, close }: Props) {
  return (
    <Popover
      className="menu-popover"
      aria-label={label}
      placement={placement}
      offset={4}
      triggerRef={button}
      isOpen
      onOpenChange={(open) => !open && close()}
    >
      <Menu className="menu" aria-label={label} autoFocus={first} onClose={close}>
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
              <span>{entry.title}</span>
              {entry.keys && <kbd>{entry.keys}</kbd>}
            </MenuItem>
          ),
        )}
      </Menu>
    </Popover>
  );
}
