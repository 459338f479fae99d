import type { RecordFault } from "./record-checks.ts";

/** Follows sync numbers that count up. */
export interface SyncOrder {
  /** What is odd about a record with this number behind those accepted so far; `undefined` when it may follow. */
  judge(sync: number): RecordFault | undefined;
  /** Goes on from this number. */
  accept(sync: number): void;
}

/** Numbers may be left out; more than this many at once are a damaged number. */
const MAX_GAP = 1000;

/** A follower of sync numbers; two odd numbers in a row that follow each other are a new beginning. */
export function syncOrder(): SyncOrder {
  let expected: number | undefined;
  let odd: number | undefined;
  const follows = (sync: number, wanted: number) => sync >= wanted && sync <= wanted + MAX_GAP;
  return {
    judge(sync) {
      if (expected === undefined || Number.isNaN(sync) || follows(sync, expected)) return undefined;
      if (odd !== undefined && sync === odd + 1) return undefined;
      return { what: "order", text: `its sync number is ${sync} where ${expected} was expected` };
    },
    accept(sync) {
      if (Number.isNaN(sync)) return;
      const isOdd = expected !== undefined && !follows(sync, expected) && sync !== (odd ?? -1) + 1;
      odd = isOdd ? sync : undefined;
      expected = isOdd ? (expected as number) + 1 : sync + 1;
    },
  };
}
