/** Where hands are on the canvas: what is added or pasted goes there. In pixels of the page. */

import { isEmptyCanvas } from "./surface.ts";
import { canvasPoint, middleOfView } from "./view.ts";

type At = readonly [number, number];

/** Where the mouse is, while it is over the canvas. */
let mouse: At | null = null;
/** Where the menu was opened that does something right now. */
let menu: At | null = null;

/** Where the mouse is over the canvas, or where the menu was opened that is asking. */
export function pointedAt(): At | null {
  return menu ?? mouse;
}

/** The same, where there is room for something new. */
export function freePlace(): At | null {
  return menu ?? (mouse && isEmptyCanvas(document.elementFromPoint(...mouse)) ? mouse : null);
}

/** A place of the page on the canvas; the middle of what is seen for none. */
export function canvasPlace(at: At | null): At {
  return at ? canvasPoint(at) : middleOfView();
}

/** Do what was chosen from a menu, there where it was opened. */
export function atMenu(at: At, act: () => void): void {
  menu = at;
  act();
  menu = null;
}

/** Whether fingers work here: they pan and pinch wherever they are, and drag a node once it is selected. */
export function byTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Follow the mouse; returns what ends it. */
export function watchMouse(): () => void {
  const moved = ({ target, pointerType, clientX, clientY }: PointerEvent) => {
    const over = target instanceof Element && target.closest(".canvas > .react-flow") !== null;
    mouse = over && pointerType !== "touch" ? [clientX, clientY] : null;
  };
  window.addEventListener("pointermove", moved);
  return () => window.removeEventListener("pointermove", moved);
}
