/** The lines of an open menu. */

import "./menu.css";
import type { RefObject } from "react";
import { Menu, MenuItem, Popover, Separator } from "react-aria-components";
import { Icon } from "./Icon.tsx";
import type { MenuEntry } from "./MenuButton.tsx";

interface Props {
  readonly label: string;
  readonly entries: readonly (MenuEntry | null)[];
  readonly anchor: RefObject<HTMLElement | null>;
  readonly align: "start" | "end";
  readonly close: () => void;
}

export function MenuList({ label, entries, anchor, align, close }: Props) {
  return (
    <Popover
      className="menu-popover"
      aria-label={label}
      triggerRef={anchor}
      placement={`bottom ${align}`}
      offset={4}
      containerPadding={8}
      isOpen
      onOpenChange={(open) => !open && close()}
    >
      <Menu className="menu" aria-label={label} autoFocus="first" onClose={close}>
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
              {entry.on && <Icon name="check" />}
            </MenuItem>
          ),
        )}
      </Menu>
    </Popover>
  );
}
