/**
 * What a log line means for an `IMPORT -q` of a RESYNC.GLB.
 * `normal` nothing · `warning` the list arrived, something in it did not · `failure` the list did not arrive, or not whole ·
 * `unclear` no article says which.
 */
export type Weight = "normal" | "warning" | "failure" | "unclear";

/** A numbered dirsync message, in our own words. */
export interface Message {
  readonly number: number;
  /** What the program prints, in short; `X` stands for what it fills in. */
  readonly text: string;
  readonly meaning: string;
  /** What to do; `undefined` when nothing is to be done. */
  readonly remedy: string | undefined;
  /** How it weighs in an `IMPORT -q` of a RESYNC.GLB when it is logged as an Error. */
  readonly afterResync: Weight;
  /** Knowledge Base articles, `Q96001`. */
  readonly articles: readonly string[];
}

/** One row of a table: number, text, weight, articles, meaning, remedy. */
export type MessageRow = readonly [number, string, Weight, string, string, string?];

/** Rows as messages. */
export function messages(rows: readonly MessageRow[]): Message[] {
  return rows.map(([number, text, afterResync, articles, meaning, remedy]) => {
    return { number, text, meaning, remedy, afterResync, articles: articles.split(" ") };
  });
}
