/**
 * The events of all jobs over one WebSocket. Facts come once each and in order: after a break the stream goes
 * on from the last serial, for as long as it takes until the server is back.
 */

/** A fact or a report of progress, as docs/server.md has them. */
export interface JobEvent {
  readonly kind: string;
  readonly job: string;
  readonly serial?: number;
  readonly number?: number;
  readonly time?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A picture of work in progress. */
export interface Preview {
  readonly job: string;
  readonly node: string;
  readonly number: number;
  readonly picture: Blob;
}

export type Connection = "connecting" | "open" | "away";

export interface Listener {
  /** Several events that arrived together. */
  readonly events: (events: readonly JobEvent[]) => void;
  readonly preview: (preview: Preview) => void;
  readonly connection: (state: Connection) => void;
}

const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

/** A stream that keeps itself open; `close` ends it. */
export class EventStream {
  private socket: WebSocket | null = null;
  private serial: number | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private closed = false;
  private readonly listener: Listener;
  private readonly address: string;

  constructor(listener: Listener, address = streamAddress()) {
    this.listener = listener;
    this.address = address;
    addEventListener("online", this.retry);
    this.connect();
  }

  /** Connect now instead of after the wait. */
  readonly retry = (): void => {
    if (this.closed || this.socket) return;
    if (this.timer) clearTimeout(this.timer);
    this.wait = FIRST_WAIT;
    this.connect();
  };

  close(): void {
    this.closed = true;
    removeEventListener("online", this.retry);
    if (this.timer) clearTimeout(this.timer);
    this.socket?.close();
  }

  private connect(): void {
    this.timer = null;
    const query = new URLSearchParams({ preview_seconds: "0.2", progress_seconds: "0.1" });
    if (this.serial !== null) query.set("after", String(this.serial));
    const socket = new WebSocket(`${this.address}?${query}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = () => this.lost(socket);
    this.socket = socket;
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    if (this.closed) return;
    this.listener.connection("away");
    this.timer = setTimeout(() => this.connect(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  private take(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const preview = readPreview(data);
      if (preview) this.listener.preview(preview);
      return;
    }
    const events = JSON.parse(String(data)) as JobEvent[];
    for (const event of events) {
      if (typeof event.serial === "number") this.serial = Math.max(this.serial ?? 0, event.serial);
    }
    if (events[0]?.kind === "hello") {
      this.wait = FIRST_WAIT;
      this.listener.connection("open");
    }
    const told = events.filter((event) => event.kind !== "hello");
    if (told.length > 0) this.listener.events(told);
  }
}

function streamAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/events`;
}

/** A binary frame: `LGp1`, the length of the head, the head as JSON, the picture. */
function readPreview(frame: ArrayBuffer): Preview | null {
  const bytes = new Uint8Array(frame);
  if (bytes.length < 8 || new TextDecoder().decode(bytes.subarray(0, 4)) !== "LGp1") return null;
  const length = new DataView(frame).getUint32(4);
  if (8 + length > bytes.length) return null;
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as {
    job: string;
    node: string;
    number: number;
    media_type: string;
  };
  const picture = new Blob([frame.slice(8 + length)], { type: head.media_type });
  return { job: head.job, node: head.node, number: head.number, picture };
}
