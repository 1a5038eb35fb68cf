/** What happens when the page opens: settings, drafts, who one is, node types, events, a document to begin with. */

import { useLanguage } from "../i18n/i18n.ts";
import { enter, onSignedIn, useAccess, watchAccess } from "../state/access.ts";
import { type Asked, followActiveTab, readAddress } from "../state/address.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { openStream } from "../state/connection.ts";
import { useDocuments } from "../state/documents.ts";
import { BrowserStore } from "../state/draft-store.ts";
import { keepDrafts, type Restored, restore, troubleOf, useDrafts } from "../state/drafts.ts";
import { watchElsewhere } from "../state/elsewhere.ts";
import { watchPictures } from "../state/library.ts";
import {
  askOtherWindows,
  nameWindow,
  openAsked,
  openFirst,
  useBeginning,
  wasTold,
  watchMissing,
} from "../state/opening.ts";
import { applyTheme, languageOf } from "../state/settings.ts";
import { claimWindow, isGone, openWindows } from "../state/windows.ts";

export async function start(): Promise<void> {
  applyTheme();
  for (const query of ["(prefers-color-scheme: light)", "(prefers-contrast: more)"]) {
    matchMedia(query).addEventListener("change", applyTheme);
  }
  const asked = readAddress(location.search);
  openStream();
  watchAccess();
  const loadCatalogue = () => useCatalogue.getState().load(languageOf());
  await Promise.all([
    useLanguage.getState().setLanguage(languageOf()),
    enter(),
    loadCatalogue(),
    restoreDrafts(),
  ]);
  useLanguage.subscribe((now, before) => {
    if (now.language !== before.language) void loadCatalogue();
  });
  onSignedIn(() => {
    void loadCatalogue();
    void begin(asked);
  });
  await begin(asked);
  watchMissing();
  watchPictures();
}

/** Open what the address asks for, or something to begin with where nothing is open. */
async function begin(asked: Asked | null): Promise<void> {
  const isOut = useAccess.getState().state === "out"; // a token is asked for first
  if (!isOut || asked?.kind === "shared") {
    const opened = asked !== null && (await openAsked(asked));
    if (!opened && useDocuments.getState().tabs.length === 0) await openFirst();
    if (!isFollowing) followActiveTab();
    isFollowing = true;
  }
  useBeginning.setState({ isOver: true });
}

let isFollowing = false; // the address, once, even where a person signs in again

/** The documents that were open, and drafts of them from now on. Where nothing can be kept, that is said. */
async function restoreDrafts(): Promise<void> {
  const own = await claimWindow();
  nameWindow(own);
  const store = new BrowserStore();
  let restored: Restored = { tabs: [], active: null, others: [] };
  try {
    restored = await restore(store, own, openWindows);
  } catch (error) {
    useDrafts.setState({ trouble: troubleOf(error) });
  }
  const { tabs, active, others } = restored;
  takeBack(restored);
  const { flush } = keepDrafts(store, own, { tabs, active });
  addEventListener("pagehide", () => void flush());
  addEventListener("visibilitychange", () => document.hidden && void flush());
  watchElsewhere(own);
  for (const other of others) void takeOver(store, own, other, flush);
}

/** Take over what a window had that was still ending, after a crash, when this one began. */
async function takeOver(
  store: BrowserStore,
  own: string,
  other: string,
  flush: () => Promise<void>,
): Promise<void> {
  if (!(await isGone(other))) return;
  await flush(); // what was closed here is not to come back
  const found = await restore(store, own, openWindows).catch(() => null);
  if (found) takeBack(found);
}

/** Open tabs as they were kept, but for those that are open already. */
function takeBack({ tabs, active }: Restored): void {
  const { tabs: open, adopt } = useDocuments.getState();
  const fresh = tabs.filter((tab) => !open.some((one) => one.key === tab.key));
  wasTold(fresh.map((tab) => tab.key));
  adopt(fresh, active);
  for (const tab of fresh) askOtherWindows(tab.origin);
}
