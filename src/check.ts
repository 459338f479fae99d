/** `refused`: the run must not begin. `warning`: it may, with a loss or a risk that is said. `unknown`: cannot be told from here. */
export type CheckOutcome = "ok" | "warning" | "refused" | "unknown";

/** One thing that was looked at before a run. */
export interface Check {
  /** Stable, part of the `--json` contract: `queues`, `size:GLB/REQCONF.GLB`, `dss-disk`. */
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

/** A family of checks: its id, what it looks at, and the article behind it. */
export function check(id: string, title: string, article?: string) {
  const outcome = (outcome: CheckOutcome) => (found: string, remedy?: string) => {
    return { id, title, article, outcome, found, remedy } satisfies Check;
  };
  return { ok: outcome("ok"), warning: outcome("warning"), refused: outcome("refused"), unknown: outcome("unknown") };
}

/** How a family of checks says what it found. */
export type CheckVoice = ReturnType<typeof check>;
