/**
 * Cards that come into sight are filled a few in a frame: while one pans or comes nearer, no frame waits for many.
 */

import { useEffect, useState } from "react";

const AT_ONCE = 2; // cards in a frame

const waiting = new Set<() => void>();
let frame = 0;

function give(): void {
  frame = 0;
  let left = AT_ONCE;
  for (const turn of waiting) {
    if (left-- === 0) break;
    waiting.delete(turn);
    turn();
  }
  if (waiting.size > 0) frame = requestAnimationFrame(give);
}

/** Whether it is this card's turn to be filled; once it was, it stays so. */
export function useTurn(): boolean {
  const [mine, setMine] = useState(false);
  useEffect(() => {
    const turn = () => setMine(true);
    waiting.add(turn);
    if (frame === 0) frame = requestAnimationFrame(give);
    return () => {
      waiting.delete(turn);
    };
  }, []);
  return mine;
}
