/** True when `bytes[from, to)` holds no control characters but tab, CR and LF: the same in all supported code pages. */
export function isPlainText(bytes: Uint8Array, from: number, to: number): boolean {
  return plainTextEnd(bytes, from, to) === to;
}

/** The first control character other than tab, CR and LF in `bytes[from, to)`, or `to`. */
export function plainTextEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) return at;
  }
  return to;
}

/**
 * Where the transaction text from `from` on ends, at `to` at the latest: at a control character, or at a line end behind which no further line of
 * a transaction stands; those begin with a blank, a tab or a minus sign (Q96001).
 */
export function transactionEnd(bytes: Uint8Array, from: number, to: number): number {
  const limit = plainTextEnd(bytes, from, to);
  for (let at = from; at < limit; at++) {
    const lineEnd = lineEndLength(bytes, at);
    if (lineEnd === 0) continue;
    const next = at + lineEnd;
    if (next >= to) return to;
    const begins = bytes[next];
    if (begins !== 0x20 && begins !== 0x2d && begins !== 9) return at;
    at = next - 1;
  }
  return limit;
}

/** Bytes of the line end at `at`: 2 for CR LF, 1 for CR or LF alone, 0 where none stands. */
export function lineEndLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 13) return bytes[at + 1] === 10 ? 2 : 1;
  return bytes[at] === 10 ? 1 : 0;
}

/** True when the text at `from` begins as a transaction does: `A `, `D `, `M `, `R `, `T ` (or a tab), or `#`. */
export function startsAsTransaction(bytes: Uint8Array, from: number, to: number): boolean {
  const code = bytes[from];
  if (code === 0x23) return from < to;
  if (code !== 0x41 && code !== 0x44 && code !== 0x4d && code !== 0x52 && code !== 0x54) return false;
  const blank = bytes[from + 1];
  return from + 1 < to && (blank === 0x20 || blank === 9);
}
