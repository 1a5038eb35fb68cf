/** A node on the canvas as something that has the focus; with many nodes, Tab stops at one of them only. */

import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { currentScene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";

const MOST_STOPS = 50;

interface CardFocus {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly tabIndex: number;
  onFocus(event: FocusEvent): void;
  onKeyDown(event: KeyboardEvent): void;
}

export function useCardFocus(id: string): CardFocus {
  const ref = useRef<HTMLDivElement>(null);
  const current = useSelection((state) => state.current === id);
  const wanted = useSelection((state) => state.wantsFocus && state.current === id);
  useEffect(() => {
    if (!wanted) return;
    ref.current?.focus({ preventScroll: true });
    useSelection.getState().focused();
  }, [wanted]);
  const few = (currentScene()?.nodes.size ?? 0) <= MOST_STOPS;
  return { ref, tabIndex: current || few ? 0 : -1, onFocus: (event) => focused(event, id), onKeyDown: leave };
}

function focused(event: FocusEvent, id: string): void {
  // A closing window gives the focus back while another node is about to get it.
  const { wantsFocus, setCurrent } = useSelection.getState();
  if (event.target === event.currentTarget && !wantsFocus) setCurrent(id);
}

/** Escape in a control goes back to its node. */
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.target === event.currentTarget) return;
  event.stopPropagation();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true });
}
