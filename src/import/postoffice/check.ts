import type { Census } from "./census.ts";
import type { Postoffice } from "./postoffice.ts";

/** `refused`: IMPORT must not run. `warning`: it may, with a loss or a risk that is said. `unknown`: cannot be told from here. */
export type CheckOutcome = "ok" | "warning" | "refused" | "unknown";

/** One thing that was looked at before an import. */
export interface Check {
  /** Stable, part of the `--json` contract: `queues`, `size:GLB/REQCONF.GLB`. */
  readonly id: string;
  readonly title: string;
  /** Where the rule is written; `undefined` for the tool's own rules. */
  readonly article: string | undefined;
  readonly outcome: CheckOutcome;
  /** What was found, in a few words with names and bytes. */
  readonly found: string;
  /** What to do about it; `undefined` when all is well. */
  readonly remedy: string | undefined;
}

/** What the checks look at. They read and probe, and change nothing. */
export interface CheckInput {
  readonly postoffice: Postoffice;
  readonly census: Census;
  /** Size of the master list to be imported, where there is one. */
  readonly incomingBytes: number | undefined;
  /** The folder that the snapshot will be kept in, made or not. */
  readonly snapshotFolder: string | undefined;
}

/** A family of checks: its id, what it looks at, and the article behind it. */
export function check(id: string, title: string, article?: string) {
  const outcome = (outcome: CheckOutcome) => (found: string, remedy?: string) => {
    return { id, title, article, outcome, found, remedy } satisfies Check;
  };
  return { ok: outcome("ok"), warning: outcome("warning"), refused: outcome("refused"), unknown: outcome("unknown") };
}
