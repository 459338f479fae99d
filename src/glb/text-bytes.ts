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

/** True when the text at `from` begins as a transaction does: `A `, `D `, `M `, `R `, `T ` (or a tab), or `#`. */
export function startsAsTransaction(bytes: Uint8Array, from: number, to: number): boolean {
  const code = bytes[from];
  if (code === 0x23) return from < to;
  if (code !== 0x41 && code !== 0x44 && code !== 0x4d && code !== 0x52 && code !== 0x54) return false;
  const blank = bytes[from + 1];
  return from + 1 < to && (blank === 0x20 || blank === 9);
}
