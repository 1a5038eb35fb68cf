/** Where drafts are kept in this browser: IndexedDB, or memory in tests. */

import type { Origin } from "./documents.ts";

/** A tab as it is kept: the documents as the server would write them. */
export interface Draft {
  readonly key: string;
  /** The window whose tab it is. */
  readonly window: string;
  readonly origin: Origin;
  readonly present: string;
  /** The document as it was last saved; null where that is the present one. */
  readonly saved: string | null;
  readonly trail: readonly string[];
}

/** The order of a window's tabs, and the one that is looked at. */
export interface WindowRecord {
  readonly id: string;
  readonly order: readonly string[];
  readonly active: string | null;
}

export interface Change {
  readonly put?: readonly Draft[];
  readonly remove?: readonly string[];
  readonly window?: WindowRecord;
  readonly forget?: readonly string[];
}

export interface DraftStore {
  read(): Promise<{ readonly drafts: readonly Draft[]; readonly windows: readonly WindowRecord[] }>;
  /** All of it, or nothing. Raises `QuotaExceededError` where the browser has no room for it. */
  write(change: Change): Promise<void>;
}

const NAME = "latentgraph";
const DRAFTS = "drafts";
const WINDOWS = "windows";

/** The browser's database. Raises where it is forbidden. */
export class BrowserStore implements DraftStore {
  private opened: Promise<IDBDatabase> | null = null;

  async read() {
    const transaction = (await this.database()).transaction([DRAFTS, WINDOWS], "readonly");
    const [drafts, windows] = await Promise.all([
      answer<Draft[]>(transaction.objectStore(DRAFTS).getAll()),
      answer<WindowRecord[]>(transaction.objectStore(WINDOWS).getAll()),
    ]);
    return { drafts, windows };
  }

  async write({ put = [], remove = [], window, forget = [] }: Change): Promise<void> {
    const transaction = (await this.database()).transaction([DRAFTS, WINDOWS], "readwrite");
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("The browser's storage gave up."));
    });
    const [drafts, windows] = [transaction.objectStore(DRAFTS), transaction.objectStore(WINDOWS)];
    for (const draft of put) drafts.put(draft);
    for (const key of remove) drafts.delete(key);
    if (window) windows.put(window);
    for (const id of forget) windows.delete(id);
    await done;
  }

  private database(): Promise<IDBDatabase> {
    this.opened ??= open(() => {
      this.opened = null; // opened again when it is next needed
    });
    this.opened.catch(() => {
      this.opened = null;
    });
    return this.opened;
  }
}

function open(lost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(DRAFTS, { keyPath: "key" });
      asked.result.createObjectStore(WINDOWS, { keyPath: "id" });
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("Another window holds an older database open."));
    asked.onsuccess = () => {
      const database = asked.result;
      database.onclose = lost;
      database.onversionchange = () => {
        database.close();
        lost();
      };
      resolve(database);
    };
  });
}

function answer<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** A store that lasts as long as the page. */
export class MemoryStore implements DraftStore {
  readonly drafts = new Map<string, Draft>();
  readonly windows = new Map<string, WindowRecord>();

  async read() {
    return { drafts: [...this.drafts.values()], windows: [...this.windows.values()] };
  }

  async write({ put = [], remove = [], window, forget = [] }: Change): Promise<void> {
    for (const draft of put) this.drafts.set(draft.key, draft);
    for (const key of remove) this.drafts.delete(key);
    if (window) this.windows.set(window.id, window);
    for (const id of forget) this.windows.delete(id);
  }
}
