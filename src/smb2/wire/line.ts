import type { ResyncError } from "../../errors.ts";

/** What a line tells its listener. */
export interface LineEvents {
  /** Bytes that arrived; the buffer is used again after the call. */
  data(bytes: Buffer): void;
  /** The line is gone; nothing follows. */
  end(error: ResyncError): void;
}

/** A stream of bytes to a server and back: TCP, or a pair in memory in tests. */
export interface Line {
  /** `host:port`, for people. */
  readonly peer: string;
  /** Sends bytes in order; never throws. They must not change until the server has answered them. */
  send(parts: readonly Uint8Array[]): void;
  /** Called once, before the first `send`. */
  listen(events: LineEvents): void;
  /** While held, the line keeps the process alive; otherwise it does not. */
  hold(held: boolean): void;
  /** Ends the line at once, whatever is under way. */
  cut(): void;
}
