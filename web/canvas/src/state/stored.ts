/** What this browser keeps for the editor. Where it keeps nothing, choices hold until the page is closed. */

/** What was stored under a name; undefined where there is nothing, or it can not be read. */
export function readStored(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null") ?? undefined;
  } catch {
    return undefined; // forbidden, or not ours
  }
}

export function store(name: string, value: object): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // forbidden, or full
  }
}
