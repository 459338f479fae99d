/** Milliseconds between 1601, where Windows starts counting, and 1970 (MS-DTYP 2.3.3). */
const EPOCH_GAP_MS = 11_644_473_600_000n;
const TICKS_PER_MS = 10_000n;
/** The last moment that a `Date` can hold. */
const LAST_DATE_MS = 8_640_000_000_000_000n;

/** A FILETIME, 100 ns ticks since 1601, as a date; `undefined` for "not known" (0) and for what no calendar holds. */
export function dateOf(filetime: bigint): Date | undefined {
  if (filetime === 0n) return undefined;
  const ms = filetime / TICKS_PER_MS - EPOCH_GAP_MS;
  return ms > LAST_DATE_MS ? undefined : new Date(Number(ms));
}

/** A date as a FILETIME. */
export function filetimeOf(date: Date): bigint {
  return (BigInt(date.getTime()) + EPOCH_GAP_MS) * TICKS_PER_MS;
}
