import type { LocalAddresses } from "./keep-local/keep-local.ts";
import type { Check } from "./postoffice/check.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** A good import, or the reason why there was none. Failures are thrown. */
export type ImportResult =
  | { readonly outcome: "unchanged"; readonly run: string; readonly at: string }
  | { readonly outcome: "dry run"; readonly checks: readonly Check[]; readonly commands: readonly string[] }
  | {
      readonly outcome: "imported";
      readonly verdict: Verdict;
      /** `undefined` without `rebuild`. */
      readonly rebuild: Verdict | undefined;
      /** `undefined` without `keepLocal`. */
      readonly local: LocalAddresses | undefined;
      readonly checks: readonly Check[];
      /** Folder that holds the postoffice as it was before. */
      readonly snapshot: string;
      /** Files of the postoffice that were written, as keys: `USR/00000001.USR`. */
      readonly written: readonly string[];
      readonly durationMs: number;
    };
