import { ResyncError } from "../errors.ts";
import type { Reason, Verdict } from "./verdict/verdict.ts";

/** The error of a failed import; what became of the postoffice is said by whoever puts it back. */
export function importFailed(verdict: Verdict, runFolder: string): ResyncError {
  // That it was killed proves nothing by itself, and is the first thing to know.
  const killed = verdict.reasons.filter(({ id }) => id === "killed");
  const reasons = [...killed, ...verdict.reasons.filter(({ weight }) => weight === "failure")];
  return new ResyncError("IMPORT_FAILED", {
    message: told("IMPORT did not import the list", reasons),
    hint: `${remedies(reasons)}What IMPORT said is kept in ${runFolder} (import.log, import-screen.txt).`,
    reference: articles(reasons),
    facts: { verdict: verdict.outcome, reasons: verdict.reasons.map(({ id }) => id), kept: runFolder },
  });
}

/** The error of an import of which nobody can say whether it is good. */
export function importUndetermined(verdict: Verdict, run: string, snapshot: string): ResyncError {
  const reasons = verdict.reasons.filter(({ weight }) => weight === "unclear");
  return new ResyncError("IMPORT_UNDETERMINED", {
    message: told("Whether IMPORT imported the list cannot be told", reasons),
    state: `Nothing was put back: the postoffice is as IMPORT left it; as it was before stands in ${snapshot} (files.tar).`,
    hint:
      `${remedies(reasons)}To decide, look at some addresses in ADMIN. If they are there, keep the postoffice as it is. If not: ` +
      `resync rollback ${run}`,
    reference: articles(reasons),
    facts: { verdict: verdict.outcome, reasons: verdict.reasons.map(({ id }) => id), snapshot },
  });
}

/** The error of a failed REBUILD after a good import; what became of the old address list is said by whoever puts it back. */
export function rebuildFailed(verdict: Verdict, driveLetter: string): ResyncError {
  const reasons = verdict.reasons.filter(({ weight }) => weight === "failure");
  return new ResyncError("REBUILD_FAILED", {
    message: told("The import is good, but REBUILD did not make the new Global Address List", reasons),
    hint: `${remedies(reasons)}Then run: rebuild -f -d${driveLetter}`,
    reference: articles(reasons),
    facts: { verdict: verdict.outcome, reasons: verdict.reasons.map(({ id }) => id) },
  });
}

/** The error of a REBUILD of which nobody can say whether it is good. */
export function rebuildUndetermined(verdict: Verdict, driveLetter: string): ResyncError {
  const reasons = verdict.reasons.filter(({ weight }) => weight === "unclear");
  return new ResyncError("IMPORT_UNDETERMINED", {
    message: told("The import is good; whether REBUILD made the new Global Address List cannot be told", reasons),
    state: "The imported lists stay, and the address list is as REBUILD left it.",
    hint: `Look at the Global Address List in a client, or run it again: rebuild -f -d${driveLetter}`,
    reference: articles(reasons),
    facts: { verdict: verdict.outcome, reasons: verdict.reasons.map(({ id }) => id) },
  });
}

function told(what: string, reasons: readonly Reason[]): string {
  const [only] = reasons;
  if (only && reasons.length === 1) return `${what}: ${only.text}`;
  return [
    `${what}:`,
    ...reasons.map(({ text, article }) => `- ${text}${article === undefined ? "" : ` (${article})`}`),
  ].join("\n");
}

function remedies(reasons: readonly Reason[]): string {
  return [...new Set(reasons.flatMap(({ remedy }) => remedy ?? []))].map((remedy) => `${remedy}\n`).join("");
}

function articles(reasons: readonly Reason[]): string {
  return [...new Set(reasons.flatMap(({ article }) => article?.split(", ") ?? []))].join(", ");
}
