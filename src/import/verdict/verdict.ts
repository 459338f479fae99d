/** What became of a DOS program's work. Never a guess: what cannot be proved is `undetermined`. */
export type Outcome = "succeeded" | "succeeded with warnings" | "failed" | "undetermined";

/** One sign, and what it says. */
export interface Reason {
  /** Stable, part of the `--json` contract: `resync-left`, `message-44`. */
  readonly id: string;
  /** `good` speaks for success, `warning` for success with a loss, `unclear` for neither, `failure` against it. */
  readonly weight: "good" | "warning" | "unclear" | "failure";
  readonly text: string;
  /** Where the sign is documented; `undefined` for the tool's own. */
  readonly article: string | undefined;
  readonly remedy: string | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** All signs, the heaviest first. */
  readonly reasons: readonly Reason[];
  /** From the banner, `3.5`; `undefined` when there was none. */
  readonly version: string | undefined;
}

const ORDER: readonly Reason["weight"][] = ["failure", "unclear", "warning", "good"];
const OUTCOME: Record<Reason["weight"], Outcome> = {
  failure: "failed",
  unclear: "undetermined",
  warning: "succeeded with warnings",
  good: "succeeded",
};

/** The outcome that the heaviest sign asks for. Without any good sign nothing has succeeded. */
export function conclude(reasons: readonly Reason[], version: string | undefined): Verdict {
  const sorted = reasons.toSorted((a, b) => ORDER.indexOf(a.weight) - ORDER.indexOf(b.weight));
  const proved = reasons.some(({ weight }) => weight === "good");
  const heaviest = sorted[0]?.weight ?? "unclear";
  return { outcome: proved || heaviest === "failure" ? OUTCOME[heaviest] : "undetermined", reasons: sorted, version };
}

type Sign = (id: string, text: string, article?: string, remedy?: string) => Reason;
const sign = (weight: Reason["weight"]): Sign => {
  return (id, text, article, remedy) => ({ id, weight, text, article, remedy });
};
export const good = sign("good");
export const warning = sign("warning");
export const unclear = sign("unclear");
export const failure = sign("failure");

/** A sign that is good when it holds, and weighs `otherwise` when it does not. */
export function expectSign(holds: boolean, ifGood: Reason, otherwise: Reason): Reason {
  return holds ? ifGood : otherwise;
}
