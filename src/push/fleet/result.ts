import type { ResyncError } from "../../errors.ts";
import type { RunId } from "../../journal/journal.ts";
import type { Delivered } from "../../transfer/deliver.ts";
import type { Manifest } from "../../transfer/manifest.ts";

/** What became of one requestor's list at one of its places. */
export interface FleetRow {
  readonly requestor: string;
  readonly rdn: string;
  readonly target: string;
  /**
   * `unchanged`: the very list stood there already and was read back. `delivered before`: by an earlier push that this one finishes; not
   * looked at again. `not begun`: the run was interrupted first.
   */
  readonly outcome: "delivered" | "unchanged" | "delivered before" | "failed" | "interrupted" | "not begun" | "dry run";
  /** The run that made or delivered it: its journal and private copy. */
  readonly run?: RunId;
  readonly manifest?: Manifest;
  readonly delivered?: Delivered;
  readonly error?: ResyncError;
}

/** How a push of several requestors ended. */
export interface FleetResult {
  readonly outcome: "delivered" | "unchanged" | "partly delivered" | "failed" | "interrupted" | "dry run";
  /** The first run of the push that this one finishes; absent when it finishes none. */
  readonly finishes?: RunId;
  /** A row for each requestor and place, in the order in which they were named. */
  readonly rows: readonly FleetRow[];
}

/** True for a row whose list is at its place. */
export function isThere({ outcome }: FleetRow): boolean {
  return outcome === "delivered" || outcome === "unchanged" || outcome === "delivered before";
}

/** The outcome of the whole from its rows. */
export function fleetOutcome(rows: readonly FleetRow[]): FleetResult["outcome"] {
  if (rows.some(({ outcome }) => outcome === "dry run")) return "dry run";
  if (rows.some(({ outcome }) => outcome === "interrupted" || outcome === "not begun")) return "interrupted";
  const there = rows.filter(isThere);
  if (there.length < rows.length) return there.length > 0 ? "partly delivered" : "failed";
  return rows.some(({ outcome }) => outcome === "delivered") ? "delivered" : "unchanged";
}
