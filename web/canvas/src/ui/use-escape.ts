/** Escape for what a pointer is doing right now: it ends that, and nothing around it. */

import { useEffect, useRef } from "react";

/** `end` says whether there was anything to end; only then is Escape kept from everything else. */
export function useEscape(end: () => boolean): void {
  const newest = useRef(end);
  newest.current = end;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !newest.current()) return;
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener("keydown", key, true);
    return () => document.removeEventListener("keydown", key, true);
  }, []);
}
