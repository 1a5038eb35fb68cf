/** The stream of events of this page, and whether the server is still the one that the page came from. */

import { create } from "zustand";
import { EventStream } from "../server/events.ts";
import { onClient } from "../server/http.ts";
import { tellQueue } from "./queue.ts";
import { useSession } from "./session.ts";

interface ServerState {
  /** The server serves another client than this page is: it was updated. */
  readonly isNewer: boolean;
}

export const useServer = create<ServerState>()(() => ({ isNewer: false }));

let stream: EventStream | null = null;

/** Open the stream; it keeps itself open. */
export function openStream(): void {
  const { take, takePreview, setConnection } = useSession.getState();
  stream = new EventStream({
    events(events) {
      take(events);
      tellQueue(events);
    },
    preview: takePreview,
    connection: setConnection,
  });
  const own = document.querySelector<HTMLMetaElement>("meta[name=latentgraph-client]")?.content;
  onClient((client) => {
    if (own && client !== own) useServer.setState({ isNewer: true });
  });
}

/** Try to reach the server now. */
export function reconnect(): void {
  stream?.retry();
}
