/** The stream of events of this page. */

import { EventStream } from "../server/events.ts";
import { useSession } from "./session.ts";

let stream: EventStream | null = null;

/** Open the stream; it keeps itself open. */
export function openStream(): void {
  const { take, takePreview, setConnection } = useSession.getState();
  stream = new EventStream({ events: take, preview: takePreview, connection: setConnection });
}

/** Try to reach the server now. */
export function reconnect(): void {
  stream?.retry();
}
