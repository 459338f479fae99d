/** Something in a transaction that IMPORT will object to, or pass over. */
export interface Problem {
  /** The number of the message IMPORT logs (Q96001–Q96004), or 0 where none is documented. */
  readonly message: number;
  /** Line within the transaction, from 1. */
  readonly line: number;
  /** Column within the line in characters, from 1. */
  readonly column: number;
  /** What is wrong, with the offending text. */
  readonly text: string;
}

/** Takes a problem of one text that does not know its line: `column` counts from that text's first character, from 1. */
export type ProblemAt = (message: number, column: number, text: string) => void;

/** Collects the problems of one transaction. */
export interface ProblemList {
  /** What was added so far. Most transactions have no problem, and those share one empty list. */
  readonly all: readonly Problem[];
  add(message: number, line: number, column: number, text: string): void;
}

/** A new, empty list. */
export function problemList(): ProblemList {
  return new Problems();
}

class Problems implements ProblemList {
  all = NONE;

  add(message: number, line: number, column: number, text: string): void {
    this.all = [...this.all, { message, line, column, text }];
  }
}

const NONE: readonly Problem[] = Object.freeze([]);
