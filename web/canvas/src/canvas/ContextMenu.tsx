/** What can be done with what is under the pointer. The same actions as by keys, in the same words. */

import "../ui/menu.css";
import "./context-menu.css";
import { Fragment, useRef } from "react";
import {
  Menu as AriaMenu,
  Header,
  MenuItem,
  MenuSection,
  Popover,
  Separator,
  SubmenuTrigger,
} from "react-aria-components";
import { type Action, shownKeys } from "../actions/action.ts";
import { actionOf } from "../actions/actions.ts";
import { COLOURS } from "../actions/edit.ts";
import { type Key, useT } from "../i18n/i18n.ts";
import { type Menu, useGestures } from "../state/gestures.ts";
import { atMenu } from "../state/pointing.ts";
import { useView } from "../state/view.ts";
import { Icon } from "../ui/Icon.tsx";

/** The groups of each menu, of actions by their ids. */
export const MENUS: Readonly<Record<Menu["kind"], readonly (readonly string[])[]>> = {
  canvas: [
    ["add-node", "paste", "paste-linked"],
    ["note", "frame"],
    ["select-all", "tidy", "fit", "ports"],
  ],
  node: [
    ["run-to-here", "connect", "rename"],
    ["cut", "copy", "duplicate", "duplicate-linked"],
    ["bypass", "mute", "collapse"],
    ["frame", "group", "ungroup", "enter", "make-own"],
    ["remove", "heal"],
  ],
  link: [["insert-node", "waypoint"], ["remove"]],
};

const WIDEST = 360; // pixels of a menu

export const ARRANGE = [
  "align-left",
  "align-centre",
  "align-right",
  "align-top",
  "align-middle",
  "align-bottom",
  "distribute-across",
  "distribute-down",
  "tidy",
];

export function ContextMenu({ menu }: { readonly menu: Menu }) {
  const t = useT();
  const anchor = useRef<HTMLSpanElement>(null);
  const { corner } = useView.getState();
  const close = () => useGestures.getState().openMenu(null);
  const groups = MENUS[menu.kind]
    .map((ids) => ids.map(actionOf).filter((one) => one !== undefined))
    .filter((group) => group.length > 0);
  return (
    <>
      <span
        ref={anchor}
        className="menu-anchor"
        style={{ left: menu.at[0] - corner[0], top: menu.at[1] - corner[1] }}
      />
      <Popover
        className="menu-popover"
        aria-label={t(`menu.${menu.kind}`)}
        triggerRef={anchor}
        isOpen
        onOpenChange={(open) => {
          if (!open) close();
        }}
        // Beside the pointer it may slide up and down, so that all of it is seen; a phone has no room for that.
        placement={innerWidth > 2 * WIDEST ? "right top" : "bottom start"}
        offset={2}
      >
        <AriaMenu
          className="menu"
          aria-label={t(`menu.${menu.kind}`)}
          onAction={perform}
          onClose={close}
          autoFocus="first"
        >
          {groups.map((group, index) => (
            <Fragment key={group[0]?.id ?? index}>
              {index > 0 && <Separator className="menu-line" />}
              {group.map((action) => (
                <Item key={action.id} action={action} />
              ))}
            </Fragment>
          ))}
          {menu.kind === "node" && <Separator className="menu-line" />}
          {menu.kind === "node" && <Arrange />}
          {menu.kind === "node" && <Colours />}
        </AriaMenu>
      </Popover>
    </>
  );
}

function perform(id: React.Key): void {
  const { menu, openMenu } = useGestures.getState();
  openMenu(null);
  const run = () => actionOf(String(id))?.run();
  // After the menu has given the focus back: an action may take it elsewhere.
  setTimeout(() => (menu ? atMenu(menu.at, run) : run()));
}

function Item({ action }: { readonly action: Action }) {
  const t = useT();
  const [keys] = action.keys;
  return (
    <MenuItem
      id={action.id}
      className="menu-item"
      isDisabled={action.enabled?.() === false}
      textValue={t(action.title)}
    >
      <span>{t(action.title)}</span>
      {keys && <kbd>{shownKeys(keys)}</kbd>}
    </MenuItem>
  );
}

function Submenu({ title, children }: { readonly title: Key; readonly children: React.ReactNode }) {
  const t = useT();
  return (
    <SubmenuTrigger>
      <MenuItem className="menu-item" textValue={t(title)}>
        <span>{t(title)}</span>
        <Icon name="right" size={14} />
      </MenuItem>
      <Popover className="menu-popover" aria-label={t(title)}>
        <AriaMenu className="menu" onAction={perform} aria-label={t(title)}>
          {children}
        </AriaMenu>
      </Popover>
    </SubmenuTrigger>
  );
}

function Arrange() {
  const actions = ARRANGE.map(actionOf).filter((one) => one !== undefined);
  return (
    <Submenu title="menu.arrange">
      {actions.map((action) => (
        <Item key={action.id} action={action} />
      ))}
    </Submenu>
  );
}

function Colours() {
  const t = useT();
  return (
    <Submenu title="menu.colour">
      <MenuSection>
        <Header className="visually-hidden">{t("menu.colour")}</Header>
        {COLOURS.map(([name, title, colour]) => (
          <MenuItem key={name} id={`colour-${name}`} className="menu-item" textValue={t(title)}>
            <span className="menu-swatch" style={{ background: colour ?? "transparent" }} />
            <span>{t(title)}</span>
          </MenuItem>
        ))}
      </MenuSection>
    </Submenu>
  );
}
