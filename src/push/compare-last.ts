import type { RunContext } from "../context.ts";
import type { Reporter } from "../report/reporter.ts";
import { headerBelowKnown } from "../glb/header-check.ts";
import type { MasterListCheck } from "../glb/identify.ts";
import { shrinkRefusal } from "../glb/shrink.ts";
import type { Manifest } from "../transfer/manifest.ts";
import { lastDelivery, type PastDelivery, type PastDeliveryAt } from "./last-delivery.ts";

/** What guards against a list that has lost addresses. */
export interface ShrinkGuard {
  /** What this machine has delivered before. */
  readonly past: readonly PastDeliveryAt[];
  /** The share of addresses, 0 to 1, that a list may have lost. */
  readonly maxShrink: number;
  /** Asks a person whether the list goes nevertheless; `false` at once when nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

/** A target, and the delivery that stands there. */
export interface StandingAt {
  readonly to: string;
  readonly manifest: PastDelivery | undefined;
}

/**
 * Compares a list with what its requestors got last, target by target: header numbers that went down are a warning (Q215505); a list that has
 * lost more than it may is `FILE_NOT_USABLE`, unless a person says that it is right.
 */
export async function compareWithLast(
  check: MasterListCheck,
  wanted: Pick<Manifest, "dss" | "requestors">,
  standing: readonly StandingAt[],
  guard: ShrinkGuard,
  { reporter }: RunContext,
): Promise<void> {
  let warned = false;
  let confirmed = false;
  for (const { to, manifest } of standing) {
    const last = lastDelivery(to, wanted, manifest, guard.past);
    if (last === undefined) continue;
    const warnings = check.header && last.header ? headerBelowKnown(check.header, last.header) : [];
    if (!warned) for (const warning of warnings) reporter.emit({ type: "warning", ...warning });
    warned ||= warnings.length > 0;
    if (confirmed || last.counts === null) continue;
    if (check.counts === undefined) {
      tellIncomparable(last.counts.addresses, reporter);
      return;
    }
    const refusal = shrinkRefusal(last.counts, check.counts, guard.maxShrink);
    if (refusal === undefined) continue;
    confirmed = await guard.confirm(`${refusal.message} Deliver it nevertheless?`);
    if (!confirmed) throw refusal.with({ facts: { place: to, lastCreatedAt: last.createdAt } });
    reporter.emit({
      type: "note",
      text: "The list goes although it has lost addresses: confirmed.",
      facts: { ...refusal.facts },
    });
  }
}

function tellIncomparable(addresses: number, reporter: Reporter): void {
  reporter.emit({
    type: "warning",
    text: `Whether the list has lost addresses cannot be told; the one delivered last held ${addresses.toLocaleString("en")}.`,
    facts: { addresses },
  });
}
