/** The canvas as something that has the focus: when Tab adds a node, and when it goes on through the page. */

import { type RefObject, useEffect } from "react";

let tabAdds = true;

/** The element of the canvas that takes the focus. */
export function surfaceElement(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".canvas > .react-flow");
}

export function surfaceHasFocus(): boolean {
  return document.activeElement === surfaceElement();
}

const ON_CANVAS = ".react-flow__node, .react-flow__edge, .react-flow__nodesselection";

/** Whether something on the page is the canvas itself, with nothing of the workflow there. */
export function isEmptyCanvas(what: EventTarget | null | undefined): boolean {
  // The element of the empty canvas is around everything on it.
  return what instanceof Element && what.closest(".react-flow__pane") !== null && !what.closest(ON_CANVAS);
}

/**
 * Whether Tab opens the palette: with the canvas in hand, after a click on it or at the beginning. Who came to
 * the canvas by Tab goes on by Tab.
 */
export function tabOpensPalette(): boolean {
  return tabAdds && (surfaceHasFocus() || document.activeElement === document.body);
}

/** After the palette was left without a choice, Tab goes on through the page. */
export function tabGoesOn(): void {
  tabAdds = false;
}

const WALKS = new Set(["Tab", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** Listen to how the canvas gets the focus. */
export function useSurface(surface: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = surface.current;
    const pressed = (event: Event) => {
      tabAdds = true;
      getSelection()?.removeAllRanges(); // copying is about nodes from now on
      if (element) element.dataset.hand = ""; // no focus ring for whoever works by hand
      const { target } = event;
      const onLink = target instanceof Element && target.closest(".react-flow__edge") !== null;
      if (onLink || isEmptyCanvas(target)) surfaceElement()?.focus({ preventScroll: true });
    };
    const key = (event: KeyboardEvent) => {
      // A shortcut between two strokes of the mouse is no way of getting about by keys.
      if (element && WALKS.has(event.key)) delete element.dataset.hand;
      const inside = event.target instanceof Node && element?.contains(event.target);
      if (event.key === "Tab" && !inside && document.activeElement !== document.body) tabAdds = false;
    };
    element?.addEventListener("pointerdown", pressed);
    window.addEventListener("keydown", key, true);
    return () => {
      element?.removeEventListener("pointerdown", pressed);
      window.removeEventListener("keydown", key, true);
    };
  }, [surface]);
}
