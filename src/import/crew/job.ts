/**
 * Work on many files that another thread can do: plain data in, one plain result for each item out, in their order. It throws a `ResyncError` or the file
 * system's error, and doing it twice does no harm.
 */
export interface Job<Common, Item, Result> {
  /** Unique among the jobs that `jobs.ts` lists. */
  readonly name: string;
  readonly run: (common: Common, items: readonly Item[]) => Result[];
}
