import type { ResyncError } from "../../errors.ts";

/** Takes a stream of bytes where it wants them, so that none is copied on the way. */
export interface Receiver {
  /** Where the next bytes belong: at least one, at most so many. */
  room(): Buffer;
  /** So many have come there. */
  arrived(bytes: number): void;
}

/** Hands over bytes that lie elsewhere. */
export function pour(bytes: Uint8Array, receiver: Receiver): void {
  for (let at = 0; at < bytes.length;) {
    const room = receiver.room();
    const part = bytes.subarray(at, at + room.length);
    room.set(part);
    receiver.arrived(part.length);
    at += part.length;
  }
}

/** Whom a line tells what comes. */
export interface LineEvents extends Receiver {
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
