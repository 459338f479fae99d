import { fieldsWidth, type GlbLayout } from "./layouts.ts";
import type { FoundRecord, RecordFault } from "./record-checks.ts";
import { recordDecoder } from "./record-decoder.ts";
import { recordSearch } from "./record-search.ts";
import { syncOrder } from "./sync-order.ts";
import { startsAsTransaction } from "./text-bytes.ts";

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

/** What a scan goes by. */
export interface ScanRules {
  readonly layout: GlbLayout;
  /** True when sync numbers are known to count up from record to record. */
  readonly counts: boolean;
  readonly confidence: "high" | "medium" | "low";
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
 * Reads every record of a file in its layout, passing over damage: where no record stands, the next place is sought where one does and the next
 * one too. Yields after each chunk, so that a caller can let others run; returns how the file ended. Never throws for what is in the file.
 */
export async function* scanRecords(
  source: AsyncIterable<Uint8Array>,
  rules: ScanRules,
  visitor: ScanVisitor,
): AsyncGenerator<void, ScanEnd> {
  const { layout } = rules;
  let bytes: Buffer = Buffer.alloc(0);
  let base = 0;
  let at = 0;
  let skip = layout.fileHeader.length;
  const walk = recordWalk(rules, visitor);
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
  if (isFilling(tail, size, rules)) return { size, filling: tail.length, cutOff: undefined };
  const cutOff = { offset: base + at, length: tail.length, why: "the file ends within a record" };
  visitor.damage(cutOff);
  return { size, filling: 0, cutOff };
}

/** Media and old copy programs fill files up to such sizes. */
const BLOCK = 128;

/**
 * True for what fills the last slot or block of a file, and for nothing. A few bytes could as well be a record's beginning, so they are only taken
 * for filling where records are filled up, where the file ends with a block, or for Ctrl-Z, which copies of text append.
 */
function isFilling(tail: Buffer, size: number, { layout, confidence }: ScanRules): boolean {
  const [first] = tail;
  if (first === undefined) return true;
  if (![0, 0x1a, 0x20, 0xff].includes(first) || tail.some((byte) => byte !== first)) return false;
  const isLong = tail.length > fieldsWidth(layout.before);
  return isLong || first === 0x1a || layout.align > 1 || size % BLOCK === 0 || confidence === "low";
}

/** Walks over the records in a buffer; returns where to go on when more bytes are there. State is kept between calls. */
function recordWalk(
  { layout, counts }: ScanRules,
  visitor: ScanVisitor,
): (bytes: Buffer, from: number, base: number, last: boolean) => number {
  const decoder = recordDecoder(layout);
  const { found } = decoder;
  const search = recordSearch(layout);
  const textOffset = fieldsWidth(layout.before);
  const order = counts ? syncOrder() : undefined;
  let lost: { offset: number; why: string } | undefined;

  /** What is wrong with the record framed last as a whole; `undefined` when its text can be taken. */
  const objection = (bytes: Buffer, isFirst: boolean): string | undefined => {
    if (found.textTo === found.textFrom) return "its text is empty";
    if (!decoder.isPlain(bytes)) return "its text holds control characters";
    if (startsAsTransaction(bytes, found.textFrom, found.textTo) || isFirst) return undefined;
    // Other texts are taken when the record proves itself: they are unknown, not damaged.
    if (search.proves && decoder.check(bytes) === undefined) return undefined;
    return "its text begins with none of A, D, M, R, T and #";
  };

  /**
   * The record framed last may have swallowed the next one's beginning, when its end is damaged, or begin at the wrong byte. Where there is
   * reason for doubt, a certain record whose text begins within it tells. `more` when bytes are missing to say.
   */
  const swallows = (bytes: Buffer, fault: RecordFault | undefined, last: boolean): boolean | "more" => {
    if (fault?.what === "fixed") return false;
    if (fault === undefined) {
      if (search.proves || (found.next >= bytes.length && last)) return false;
      const follows = search.standsAt(bytes, found.next, last);
      if (follows !== false) return follows === "more" ? follows : false;
    }
    const within = search.next(bytes, found.at + 1, last);
    const isBehind = search.proves ? within.at >= found.next : within.at + textOffset >= found.terminatedTo;
    if (isBehind || (!within.found && last)) return false;
    return within.found ? true : "more";
  };

  return (bytes, from, base, last) => {
    let at = from;
    while (at < bytes.length) {
      if (lost !== undefined) {
        const next = search.next(bytes, at, last);
        if (!next.found && !last) return next.at;
        visitor.damage({ offset: lost.offset, length: base + next.at - lost.offset, why: lost.why });
        lost = undefined;
        at = next.at;
        if (!next.found) return at;
      }
      const framed = decoder.frame(bytes, at, bytes.length, last);
      if (framed === "more") {
        if (!last) return at;
        const next = search.next(bytes, at + 1, last);
        if (!next.found) return at;
        lost = { offset: base + at, why: "a record that does not end" };
        continue;
      }
      let wrong = framed === "ok" ? objection(bytes, base + at === layout.fileHeader.length) : framed.text;
      if (wrong === undefined) {
        const fault = decoder.check(bytes) ?? order?.judge(found.sync);
        const swallowed = swallows(bytes, fault, last);
        if (swallowed === "more") return at;
        if (!swallowed) {
          order?.accept(found.sync);
          visitor.record(bytes, found, base + at, fault);
          at = found.next;
          continue;
        }
        wrong = fault?.text ?? "its end is damaged";
      }
      lost = { offset: base + at, why: wrong };
      at++;
    }
    return at;
  };
}
