import type { Problem } from "./problem.ts";
import type { RecordFault } from "./record-checks.ts";
import type { GlbHeader } from "./record.ts";
import type { Damage, ScanEnd } from "./scan.ts";
import type { TransactionKind } from "./transaction-model.ts";

/** What a master list does to one list of the postoffice. */
export interface ListSummary {
  /** In one spelling: `PCM:NET/PO`, `SMTP:`. */
  readonly list: string;
  /** Address type in upper case. */
  readonly type: string;
  adds: number;
  deletes: number;
  changes: number;
  /** True when an `R` empties it first. */
  replaced: boolean;
  /** True when a `T` gives it a template. */
  template: boolean;
}

/** A place in a master list where something is to be told. */
export interface Finding {
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  readonly sync: number | undefined;
  /** The transaction's text, or its first 200 characters. */
  readonly text: string;
  readonly problem: Problem;
}

/** All problems that make IMPORT log the same message. */
export interface ProblemSummary {
  /** IMPORT's message number, or 0 for what has none; those stand last. */
  readonly message: number;
  count: number;
  /** The first ones, at most `EXAMPLES`. */
  readonly examples: Finding[];
}

/** Records that can be read and are not right, by what is wrong. */
export interface FaultSummary {
  readonly what: RecordFault["what"];
  count: number;
  readonly examples: { readonly offset: number; readonly sync: number | undefined; readonly text: string }[];
}

/** A whole master list in numbers. */
export interface Summary {
  /** The header transaction's numbers, where one was recognized. */
  readonly header: GlbHeader | undefined;
  readonly records: number;
  readonly kinds: Readonly<Record<TransactionKind, number>>;
  /** Transactions that bring template data, the `-` lines. */
  readonly templateData: number;
  /** In the order of the file. */
  readonly lists: readonly ListSummary[];
  readonly problems: readonly ProblemSummary[];
  readonly faults: readonly FaultSummary[];
  readonly damage: { readonly count: number; readonly bytes: number; readonly examples: readonly Damage[] };
  /** First and last sync number in the order of the file. */
  readonly sync: { readonly first: number; readonly last: number } | undefined;
  /** Least and greatest date stamp, seconds. */
  readonly stamp: { readonly first: number; readonly last: number } | undefined;
  /** Spelling of the type PCM: Exchange writes it lower case, MS Mail upper case (Q157712). */
  readonly pcm: { readonly upper: number; readonly lower: number };
  readonly end: ScanEnd;
}
