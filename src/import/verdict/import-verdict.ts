import { parseLogText } from "../dirsync-log/decode.ts";
import type { LogLine } from "../dirsync-log/line.ts";
import { splitRuns } from "../dirsync-log/runs.ts";
import type { Evidence } from "./evidence.ts";
import { fileSigns, flagSigns, listSigns, numberSigns } from "./file-signs.ts";
import { judgeLines } from "./lines.ts";
import { conclude, expectSign, failure, good, unclear, warning, type Reason, type Verdict } from "./verdict.ts";

/**
 * The verdict on an `IMPORT -q`. Neither its exit code (Q112204) nor its "Import is finished" (Q148705) proves anything: success needs every
 * sign together. Pure.
 */
export function importVerdict(evidence: Evidence): Verdict {
  const { own, foreign } = ownRuns(evidence.gained);
  const lines = own.flatMap(({ lines }) => lines);
  const version = own.find(({ banner }) => banner)?.banner?.version;
  const reasons = [
    ...endSigns(evidence),
    ...logSigns(evidence, own, foreign),
    ...judgeLines([...lines, ...screenErrors(evidence.end.screen, lines)]),
    ...fileSigns(evidence),
    ...numberSigns(evidence),
    ...listSigns(evidence, lines),
    ...flagSigns(evidence, version),
  ];
  return conclude(reasons, version);
}

/** Runs of IMPORT, and lines under no banner: a Fatal 91 comes without one (Q148705). */
function ownRuns(gained: readonly LogLine[]) {
  const runs = splitRuns(gained);
  const isOwn = ({ banner, finished }: (typeof runs)[number]) =>
    banner === undefined || banner.program === "IMPORT" || (banner.program === "REQMAIN" && finished);
  return { own: runs.filter(isOwn), foreign: runs.filter((run) => !isOwn(run)) };
}

function endSigns({ end }: Evidence): Reason[] {
  const refused = /Bad ID or Password/iu.test(end.screen);
  return [
    ...(end.kind === "killed"
      ? [unclear("killed", `IMPORT did not end by itself: ${end.reason.message}`, "Q93569")]
      : []),
    ...(refused
      ? [
          failure(
            "bad-password",
            'IMPORT said "Bad ID or Password" and did nothing.',
            "Q148771",
            "Give the mailbox and password of an administrator of this postoffice.",
          ),
        ]
      : []),
  ];
}

function logSigns(
  { logReplaced }: Evidence,
  own: ReturnType<typeof ownRuns>["own"],
  foreign: readonly { banner: unknown }[],
): Reason[] {
  const banners = own.filter(({ banner }) => banner?.program === "IMPORT");
  return [
    expectSign(
      banners.length === 1,
      good("banner", `DIRSYNC.LOG shows the start of IMPORT ${banners[0]?.banner?.version ?? ""}`, "Q118447"),
      banners.length === 0
        ? unclear(
            "no-banner",
            "DIRSYNC.LOG does not show that IMPORT started.",
            "Q118447",
            "See whether the log can be written, and whether it is kept somewhere else.",
          )
        : unclear(
            "two-imports",
            `DIRSYNC.LOG shows ${banners.length} starts of IMPORT: another one ran at the same time.`,
            "Q112301",
            "See that DISPATCH does not run an import at the same time.",
          ),
    ),
    expectSign(
      own.some(({ finished }) => finished),
      good("finished", "DIRSYNC.LOG shows the end of IMPORT (no proof by itself)", "Q118447, Q148705"),
      unclear("not-finished", 'DIRSYNC.LOG does not hold "Import is finished."', "Q118447"),
    ),
    ...(logReplaced
      ? [unclear("log-replaced", "DIRSYNC.LOG is not the file it was before: somebody cut or replaced it.")]
      : []),
    ...(foreign.length > 0
      ? [warning("others-logged", "Another dirsync program wrote to DIRSYNC.LOG at the same time.")]
      : []),
  ];
}

/** Errors that only the screen shows; those that the log shows as well are not counted twice. */
function screenErrors(screen: string, logged: readonly LogLine[]): LogLine[] {
  const seen = new Set(logged.map(({ entry }) => `${entry?.number} ${entry?.text}`));
  return parseLogText(screen).filter(({ entry }) => {
    const error = entry?.severity === "Error" || entry?.severity === "Fatal" || entry?.severity === "Warning";
    return error && entry.number !== undefined && !seen.has(`${entry.number} ${entry.text}`);
  });
}
