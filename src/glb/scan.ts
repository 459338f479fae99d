import type { GlbLayout } from "./layouts.ts";
import type { FoundRecord, RecordFault } from "./record-checks.ts";
import { recordDecoder } from "./record-decoder.ts";
import { recordSearch } from "./record-search.ts";
import { isPlainText, startsAsTransaction } from "./text-bytes.ts";

/** Takes what a scan finds, in the order of the file. */
export interface ScanVisitor {
  /**
   * One record. `bytes` and `found` are valid only during the call; `offset` is the record's place in the file. With a `fault` its
   * frame holds and its text can be read, and something else about it is wrong.
   */
  record(bytes: Buffer, found: FoundRecord, offset: number, fault: RecordFault | undefined): void;
  /** Bytes of the file that are no record. */
  damage(damage: Damage): void;
}

/** A piece of a file that could not be read. */
export interface Damage {
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly length: number;
  readonly why: string;
}

/** How a scan ended. */
export interface ScanEnd {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of filling behind the last record. */
  readonly filling: number;
  /** The last bytes, when they begin a record and do not end it. */
  readonly cutOff: Damage | undefined;
}

/**
 * Reads every record of a file in `layout`, passing over damage: where no record stands, the next place is sought where one does and the next
 * one too. Yields after each chunk, so that a caller can let others run; returns how the file ended. Never throws for what is in the file.
 */
export async function* scanRecords(
  source: AsyncIterable<Uint8Array>,
  layout: GlbLayout,
  visitor: ScanVisitor,
): AsyncGenerator<void, ScanEnd> {
  let bytes: Buffer = Buffer.alloc(0);
  let base = 0;
  let at = 0;
  let skip = layout.fileHeader.length;
  const walk = recordWalk(layout, visitor);
  for await (const chunk of source) {
    const rest = bytes.subarray(at);
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    bytes = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    base += at;
    at = 0;
    if (skip > 0) {
      at = Math.min(skip, bytes.length);
      skip -= at;
      if (skip > 0) continue;
    }
    at = walk(bytes, at, base, false);
    yield;
  }
  at = walk(bytes, at, base, true);
  const size = base + bytes.length;
  const tail = bytes.subarray(at);
  if (isFilling(tail)) return { size, filling: tail.length, cutOff: undefined };
  const cutOff = { offset: base + at, length: tail.length, why: "the file ends within a record" };
  visitor.damage(cutOff);
  return { size, filling: 0, cutOff };
}

/** True for what fills the last sector or slot of a file, or for nothing. */
function isFilling(tail: Buffer): boolean {
  const [first] = tail;
  return first === undefined || ([0, 0x1a, 0x20, 0xff].includes(first) && tail.every((byte) => byte === first));
}

/** Walks over the records in a buffer; returns where to go on when more bytes are there. State is kept between calls. */
function recordWalk(
  layout: GlbLayout,
  visitor: ScanVisitor,
): (bytes: Buffer, from: number, base: number, last: boolean) => number {
  const decoder = recordDecoder(layout);
  const { found } = decoder;
  const search = recordSearch(layout);
  let lost: { offset: number; why: string } | undefined;

  /** What is wrong with the record framed last as a whole; `undefined` when its text can be taken. */
  const objection = (bytes: Buffer, isFirst: boolean): string | undefined => {
    if (found.textTo === found.textFrom) return "its text is empty";
    if (!isPlainText(bytes, found.textFrom, found.textTo)) return "its text holds control characters";
    if (startsAsTransaction(bytes, found.textFrom, found.textTo) || isFirst) return undefined;
    // Other texts are taken when nothing else is wrong: they are unknown, not damaged.
    return decoder.check(bytes) === undefined ? undefined : "its text begins with none of A, D, M, R, T and #";
  };

  return (bytes, from, base, last) => {
    let at = from;
    while (at < bytes.length) {
      if (lost !== undefined) {
        const next = search(bytes, at, last);
        if (!next.found && !last) return next.at;
        visitor.damage({ offset: lost.offset, length: base + next.at - lost.offset, why: lost.why });
        lost = undefined;
        at = next.at;
      }
      const framed = decoder.frame(bytes, at, bytes.length, last);
      if (framed === "more") {
        if (!last) return at;
        const next = search(bytes, at + 1, last);
        if (!next.found) return at;
        lost = { offset: base + at, why: "a record that does not end" };
        continue;
      }
      const wrong = framed === "ok" ? objection(bytes, base + at === layout.fileHeader.length) : framed.text;
      if (wrong === undefined) {
        visitor.record(bytes, found, base + at, decoder.check(bytes));
        at = found.next;
      } else {
        lost = { offset: base + at, why: wrong };
        at++;
      }
    }
    return at;
  };
}
