/**
 * The one tooltip of the page: the words of `data-tip`, over whatever the pointer rests on or the keyboard is at.
 * It repeats the element's name for the eye, so that screen readers need not hear it twice.
 */

import "./tooltip.css";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const PATIENCE = 500; // milliseconds that the pointer rests
const GAP = 6;

export function Tooltip() {
  const [over, setOver] = useState<HTMLElement | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => listen(setOver), []);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !over) return;
    element.showPopover?.();
    place(element, over.getBoundingClientRect());
  }, [over]);
  if (!over) return null;
  const keys = over.dataset.tipKeys;
  return (
    <div ref={box} className="tooltip" popover="manual" aria-hidden="true">
      {over.dataset.tip}
      {keys && <kbd>{keys}</kbd>}
    </div>
  );
}

function listen(show: (element: HTMLElement | null) => void): () => void {
  let timer = 0;
  const stop = new AbortController();
  const on = (name: string, heard: (event: Event) => void) =>
    document.addEventListener(name, heard, { capture: true, passive: true, signal: stop.signal });
  const hide = () => {
    clearTimeout(timer);
    show(null);
  };
  on("pointerover", (event) => {
    const element = tipped(event.target);
    if (event.target instanceof Element && event.target.closest(".tooltip")) return;
    hide();
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    if (element && !touched) timer = window.setTimeout(() => element.isConnected && show(element), PATIENCE);
  });
  on("focusin", (event) => {
    const element = tipped(event.target);
    if (element?.matches(":focus-visible")) show(element);
  });
  for (const name of ["focusout", "pointerdown", "keydown", "scroll", "wheel"]) on(name, hide);
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

function tipped(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
}

/** Below what it is about, or above where there is no room; wholly on the page. */
function place(element: HTMLElement, about: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const left = Math.min(Math.max(GAP, about.left + (about.width - width) / 2), innerWidth - width - GAP);
  const below = about.bottom + GAP;
  const top = below + height + GAP > innerHeight ? about.top - GAP - height : below;
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}
