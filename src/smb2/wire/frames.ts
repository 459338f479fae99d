import { malformed } from "../failures.ts";
import { LARGEST_CHUNK } from "../options.ts";
import type { Receiver } from "./line.ts";

/** Bytes in front of every message on TCP: a zero and a length of three bytes, big endian (MS-SMB2 2.1). */
export const PREFIX = 4;
/** Bytes of a message at the most: the largest chunk and its headers. What a server announces beyond that is never allocated. */
const LARGEST_FRAME = LARGEST_CHUNK + 65_536;
/** Bytes read at once where the next message's length is not known yet: small messages, and the beginning of a large one. */
const BETWEEN = 4096;
/** A keep-alive of NetBIOS over TCP (RFC 1002 4.3.6), which some servers send on port 445 as well. */
const KEEP_ALIVE = 0x85;

/** Writes the length of `messageBytes` in front of a message. */
export function writePrefix(into: Buffer, messageBytes: number): void {
  into.writeUInt32BE(messageBytes, 0);
}

/**
 * Cuts a stream of bytes into messages and hands each to `onMessage` in a buffer of its own, which it was received into. `allocate`
 * gives that buffer. Throws `PROTOCOL` for what cannot be SMB; after that the stream cannot be read on.
 */
export function frameReader(
  onMessage: (message: Buffer) => void,
  allocate: (bytes: number) => Buffer = Buffer.allocUnsafeSlow,
): Receiver {
  const between = Buffer.allocUnsafeSlow(BETWEEN);
  let held = 0;
  let message: Buffer | undefined;
  let filled = 0;

  /** Hands over what is whole in `between`; of the message that is not, the rest will come straight into its own buffer. */
  const begin = (): void => {
    let at = 0;
    try {
      while (held - at >= PREFIX) {
        at += PREFIX;
        const length = announcedLength(between.subarray(at - PREFIX, at));
        if (length === 0) continue;
        const next = allocate(length);
        const taken = between.copy(next, 0, at, held);
        at += taken;
        if (taken < length) {
          message = next;
          filled = taken;
        } else onMessage(next);
      }
    } finally {
      // Also when a message is none: there is always room for what else comes, though nobody reads it.
      between.copyWithin(0, at, held);
      held -= at;
    }
  };

  return {
    room: () => message?.subarray(filled) ?? between.subarray(held),
    arrived: (bytes) => {
      if (message === undefined) {
        held += bytes;
        return begin();
      }
      filled += bytes;
      if (filled < message.length) return;
      const whole = message;
      message = undefined;
      onMessage(whole);
    },
  };
}

/** Bytes of the message that follows; 0 for a keep-alive. */
function announcedLength(prefix: Buffer): number {
  if (prefix[0] === KEEP_ALIVE) return 0;
  const length = prefix.readUInt32BE(0);
  if (length > LARGEST_FRAME || length === 0) {
    const text = prefix.toString("latin1");
    const seen = /^[\x20-\x7e]{4}$/u.test(text) ? `"${text}"` : prefix.toString("hex");
    throw malformed(`it answered with ${seen}, which begins no SMB message`, {
      hint: "Some other service listens there. Check host and port; SMB usually is on port 445.",
    });
  }
  return length;
}
