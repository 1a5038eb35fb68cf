/** A button with three points that opens a list of what can be done. */

import "./action-menu.css";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Icon, type IconName } from "./Icon.tsx";

export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly run: () => void;
  /** Whether what it stands for is on; left out where it is not a choice. */
  readonly on?: boolean;
}

interface Props {
  readonly label: string;
  readonly items: readonly MenuEntry[];
  readonly icon?: IconName;
  readonly className?: string;
}

export function ActionMenu({ label, items, icon = "more", className = "" }: Props) {
  return (
    <MenuTrigger>
      <AriaButton className={`button icon-only ${className}`} aria-label={label}>
        <Icon name={icon} />
      </AriaButton>
      <Popover className="action-popover" placement="bottom end">
        <Menu className="action-menu" aria-label={label}>
          {items.map(({ id, title, run, on }) => (
            <MenuItem key={id} id={id} className="action-item" onAction={run} textValue={title}>
              <span>{title}</span>
              {on && <Icon name="check" />}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
