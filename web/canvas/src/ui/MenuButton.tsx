/** A button that opens a menu. The menu itself is loaded when somebody is about to open it. */

import { type ReactNode, Suspense, useRef, useState } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import "./button.css";
import { later } from "./later.tsx";

/** A line of a menu; null is a line between groups. */
export interface MenuEntry {
  readonly id: string;
  readonly title: string;
  readonly keys?: string;
  readonly isDisabled?: boolean;
  readonly tone?: "danger";
  /** Whether what it stands for is on; left out where it is not a choice. */
  readonly on?: boolean;
  readonly run: () => void;
}

interface Props {
  readonly label: string;
  readonly icon?: IconName;
  readonly className?: string;
  readonly children?: ReactNode;
  readonly entries: readonly (MenuEntry | null)[];
  readonly isDisabled?: boolean;
  /** Which edge of the button the menu lines up with. */
  readonly align?: "start" | "end";
  /** Told before the menu opens: what it offers may have changed. */
  readonly onOpen?: () => void;
}

const MenuList = later(async () => (await import("./MenuList.tsx")).MenuList);

export function MenuButton(props: Props) {
  const {
    label,
    icon = "more",
    className = "icon-only",
    children,
    entries,
    isDisabled,
    align,
    onOpen,
  } = props;
  const anchor = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    onOpen?.();
    setOpen(true);
  };
  return (
    <>
      <button
        ref={anchor}
        type="button"
        className={`button ${className}`}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        data-tip={children ? undefined : label}
        disabled={isDisabled ?? false}
        onPointerEnter={() => MenuList.ahead()}
        onFocus={() => MenuList.ahead()}
        onClick={open}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          open();
        }}
      >
        {children ?? <Icon name={icon} />}
      </button>
      {isOpen && (
        <Suspense>
          <MenuList
            label={label}
            entries={entries}
            anchor={anchor}
            align={align ?? "start"}
            close={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
