import { fleetOutcome, isThere, type FleetResult, type FleetRow } from "../push/fleet/result.ts";
import type { ResyncError } from "../errors.ts";
import { jsonError } from "../report/json.ts";
import { showError } from "../report/show-error.ts";
import { wrap, type Style } from "../report/style.ts";
import { table } from "../report/table.ts";

/** How a push of several requestors ended, for a person: a table of all, then each failure in full. */
export function showFleet(result: FleetResult, style: Style): string {
  const cells = result.rows.map((row) => [row.requestor, row.outcome, addresses(row), where(row)]);
  const failures = groupFailures(result.rows);
  const parts = [
    heading(result),
    table(["Requestor", "Outcome", "Addresses", "Place"], cells, style.width),
    ...failures.map(({ names, error }) => showError(about(names, error), style, false)),
    ...next(result, style),
  ];
  return parts.join("\n\n");
}

/** The same for `--json`. */
export function fleetData({ rows, ...rest }: FleetResult): object {
  return { ...rest, rows: rows.map(({ error, ...row }) => ({ ...row, ...(error && { error: jsonError(error) }) })) };
}

function heading({ rows, outcome }: FleetResult): string {
  if (outcome === "dry run") return "Dry run: nothing was changed.";
  const names = [...new Set(rows.map(({ requestor }) => requestor))];
  const served = names.filter((name) => rows.every((row) => row.requestor !== name || isThere(row))).length;
  const all = `${names.length} ${names.length === 1 ? "requestor" : "requestors"}`;
  const have = `${served} of ${all} ${served === 1 ? "has its list" : "have their lists"}`;
  switch (outcome) {
    case "delivered":
      return `Delivered: ${have}, read back.`;
    case "unchanged":
      return `Unchanged: ${have} already.`;
    case "partly delivered":
      return `Partly delivered: ${have}.`;
    case "failed":
      return "Nothing was delivered.";
    case "interrupted":
      return `Interrupted: ${have}. What is delivered stays.`;
  }
}

function addresses({ manifest }: FleetRow): string {
  const count = manifest?.counts?.addresses;
  return count === undefined ? "" : count.toLocaleString("en-US").padStart("Addresses".length);
}

function where({ target, error, outcome, delivered }: FleetRow): string {
  if (error !== undefined && outcome !== "interrupted") return `${target} (${error.code})`;
  return delivered?.readBack === false ? `${target} (sent, but not read back)` : target;
}

/** Rows that failed for one and the same reason are told once. */
function groupFailures(rows: readonly FleetRow[]): { names: string[]; error: ResyncError }[] {
  const failures = new Map<string, { names: string[]; error: ResyncError }>();
  for (const { requestor, outcome, error } of rows) {
    if (error === undefined || outcome !== "failed") continue;
    const known = failures.get(error.message) ?? { names: [], error };
    if (!known.names.includes(requestor)) known.names.push(requestor);
    failures.set(error.message, known);
  }
  return [...failures.values()];
}

function about(names: readonly string[], error: ResyncError): ResyncError {
  return error.with({ message: `${names.join(", ")}: ${error.message}` });
}

function next({ rows }: FleetResult, { width }: Style): string[] {
  const outcome = fleetOutcome(rows);
  if (outcome !== "partly delivered" && outcome !== "interrupted") return [];
  return [
    wrap(
      "Next: the same command again, within 12 hours, makes and sends only what is missing; --anew starts over.",
      width,
      "      ",
      0,
    ),
  ];
}
