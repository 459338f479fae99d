import { ResyncError, type ErrorCode, type ErrorDetails } from "../../errors.ts";

/** What a thread is asked for. */
export interface Order {
  readonly job: string;
  readonly common: unknown;
  readonly items: readonly unknown[];
}

/** What it answers. */
export type Answer = { readonly results: unknown[] } | { readonly failure: Failure };

/** An error as plain data: between threads, errors lose what is not a message. */
type Failure =
  | { readonly code: ErrorCode; readonly details: ErrorDetails }
  | { readonly message: string; readonly marks: { code?: string; path?: string; syscall?: string } };

/** An error as it is sent. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ResyncError) {
    const { code, message, facts } = error;
    const state = error.state === undefined ? {} : { state: error.state };
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { code, details: { message, facts, ...state, ...hint } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const marks: Record<string, string> = {};
  for (const [name, value] of Object.entries(error ?? {})) {
    if (["code", "path", "syscall"].includes(name) && typeof value === "string") marks[name] = value;
  }
  return { message, marks };
}

/** The error that was sent. */
export function fromFailure(failure: Failure): Error {
  if ("details" in failure) return new ResyncError(failure.code, failure.details);
  return Object.assign(new Error(failure.message), failure.marks);
}
