import { fieldsWidth, type GlbLayout } from "./layouts.ts";
import { recordDecoder } from "./record-decoder.ts";
import { plainTextEnd, startsAsTransaction } from "./text-bytes.ts";

/** Where the search stands: at a record, or at the place from which to go on when more bytes are there. */
export interface SearchResult {
  readonly found: boolean;
  readonly at: number;
}

/** Longest text that a search believes in. */
const MAX_TEXT = 4096;
/** Candidates tried within one run of text; more of them in the same run only cost time. */
const TRIES_PER_TEXT = 4;

/** Looks for records in bytes that may hold anything. */
export interface RecordSearch {
  /** True when the layout has a length or a checksum of known rule, so that a single record can prove itself. */
  readonly proves: boolean;
  /** Whether a record seems to stand at `at`: its frame holds, and its text begins as a transaction does. */
  standsAt(bytes: Buffer, at: number, last: boolean): boolean | "more";
  /** Finds the next place, from `from` on, at which a record certainly stands. */
  next(bytes: Buffer, from: number, last: boolean): SearchResult;
}

/**
 * The search for a layout's records. One certainly stands where its text begins as a transaction does, and its checksum or length is right or, where
 * the layout has neither, another record follows it or the file ends behind it. Work is bounded by a small multiple of the bytes passed.
 */
export function recordSearch(layout: GlbLayout): RecordSearch {
  const decoder = recordDecoder(layout);
  const { found } = decoder;
  const textOffset = fieldsWidth(layout.before);
  const endsWithNul = layout.terminator[0] === 0;
  const proves = [...layout.before, ...layout.after].some(
    (field) => field.kind === "length" || (field.kind === "checksum" && field.checksum !== undefined),
  );

  const standsAt = (bytes: Buffer, at: number, last: boolean): boolean | "more" => {
    const framed = decoder.frame(bytes, at, bytes.length, last);
    if (framed === "more") return last ? false : "more";
    return framed === "ok" && startsAsTransaction(bytes, found.textFrom, found.textTo) && decoder.isPlain(bytes);
  };

  const next = (bytes: Buffer, from: number, last: boolean): SearchResult => {
    let stop = -1;
    let tries = 0;
    for (let at = from; at + textOffset + 2 <= bytes.length; at++) {
      const text = at + textOffset;
      if (!startsAsTransaction(bytes, text, bytes.length)) continue;
      if (text > stop) {
        stop = plainTextEnd(bytes, text, Math.min(bytes.length, text + MAX_TEXT));
        tries = 0;
      }
      if (stop === bytes.length && !last) return { found: false, at };
      if (endsWithNul && bytes[stop] !== 0) continue;
      if (++tries > TRIES_PER_TEXT) continue;
      const here = standsAt(bytes, at, last);
      if (here === "more") return { found: false, at };
      if (!here) continue;
      if (proves) {
        const fault = decoder.check(bytes);
        if (fault === undefined || fault.what === "fixed") return { found: true, at };
        continue;
      }
      if (found.next >= bytes.length && last) return { found: true, at };
      const following = standsAt(bytes, found.next, last);
      if (following === "more") return { found: false, at };
      if (following) return { found: true, at };
    }
    return { found: false, at: last ? bytes.length : Math.max(from, bytes.length - textOffset - 1) };
  };
  return { proves, standsAt, next };
}
