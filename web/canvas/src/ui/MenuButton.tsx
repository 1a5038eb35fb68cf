/** A button that opens a menu. */

import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { IconButton } from "./Button.tsx";
import type { IconName } from "./Icon.tsx";
import type { MenuEntry } from "./MenuPopover.tsx";

const load = () => import("./MenuPopover.tsx");
const MenuPopover = lazy(async () => ({ default: (await load()).MenuPopover }));

interface Props {
  /** What the button is called. */
  readonly label: string;
  readonly icon?: IconName;
  readonly className?: string;
  readonly children?: ReactNode;
  readonly entries: readonly (MenuEntry | null)[];
  readonly placement?: "bottom start" | "bottom end";
  readonly isDisabled?: boolean;
  /** Told before the menu opens: what it offers may have changed. */
  readonly onOpen?: () => void;
}

export function MenuButton({
  label,
  icon = "more",
  className = "",
  children,
  entries,
  placement = "bottom start",
  isDisabled = false,
  onOpen,
}: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<"first" | "last" | null>(null);
  const show = (first: "first" | "last") => {
    onOpen?.();
    setOpen(first);
  };
  const shared = {
    ref: button,
    isDisabled,
    "aria-haspopup": "menu",
    "aria-expanded": open !== null,
    onHoverStart: () => void load(),
    onFocus: () => void load(),
    onPress: () => show("first"),
    onKeyDown: (event: { readonly key: string; continuePropagation(): void }) => {
      if (event.key === "ArrowDown") show("first");
      else if (event.key === "ArrowUp") show("last");
      else event.continuePropagation();
    },
  } as const;
  return (
    <>
      {children === undefined ? (
        <IconButton {...shared} icon={icon} label={label} className={className} />
      ) : (
        <AriaButton {...shared} className={`button ${className}`} aria-label={label}>
          {children}
        </AriaButton>
      )}
      {open && (
        <Suspense>
          <MenuPopover
            label={label}
            entries={entries}
            placement={placement}
            button={button}
            first={open}
            close={() => setOpen(null)}
          />
        </Suspense>
      )}
    </>
  );
}
