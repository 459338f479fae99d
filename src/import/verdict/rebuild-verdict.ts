import { splitRuns } from "../dirsync-log/runs.ts";
import { weigh } from "../dirsync-log/weight.ts";
import { isRebuildTemporary } from "../postoffice/layout.ts";
import { wasWritten } from "../snapshot/state.ts";
import type { Evidence } from "./evidence.ts";
import { judgeLines } from "./lines.ts";
import { conclude, expectSign, failure, good, unclear, warning, type Reason, type Verdict } from "./verdict.ts";

/**
 * The verdict on a `REBUILD -f`: banner, number of entries, and the blank Status line at the end, without which writing the list failed
 * without a word (Q148364). Pure.
 */
export function rebuildVerdict({ end, gained, logReplaced, before, after }: Omit<Evidence, "lists">): Verdict {
  const runs = splitRuns(gained).filter(({ banner }) => banner === undefined || banner.program === "REBUILD");
  const lines = runs.flatMap(({ lines }) => lines);
  const version = runs.find(({ banner }) => banner)?.banner?.version;
  const finished = runs.some(({ finished }) => finished);
  const written = wasWritten(before.get("NME/GAL.NME"), after.get("NME/GAL.NME"));
  const left = [...after.values()].filter(({ key }) => isRebuildTemporary(key.slice(key.indexOf("/") + 1)));
  const counted = lines.find(({ entry }) => /^Number of entries in GAL:/iu.test(entry?.text ?? ""))?.entry?.text;

  const reasons: Reason[] = [
    ...(end.kind === "killed"
      ? [failure("killed", `REBUILD did not end by itself: ${end.reason.message}`, "Q119018")]
      : []),
    expectSign(
      version !== undefined,
      good("banner", `DIRSYNC.LOG shows the start of REBUILD ${version ?? ""}`, "Q148364"),
      unclear("no-banner", "DIRSYNC.LOG does not show that REBUILD started.", "Q148364"),
    ),
    expectSign(
      counted !== undefined,
      good("counted", counted ?? "", "Q148364"),
      unclear("not-counted", 'DIRSYNC.LOG does not hold "Number of entries in GAL".', "Q148364"),
    ),
    expectSign(
      finished,
      good("finished", "DIRSYNC.LOG ends with the blank Status line", "Q148364"),
      failure(
        "not-finished",
        "The blank last Status line is missing: the new list could not be written, without an error text.",
        "Q148364",
        "See that no mail client holds the list; on NT set CacheFileTimeout=0.",
      ),
    ),
    expectSign(
      written,
      good("gal-written", "GAL.NME was written", "Q96060"),
      failure("gal-untouched", "GAL.NME was not written: users go on seeing the old list.", "Q96060"),
    ),
    ...judgeLines(lines, (entry) => (entry.number === 202 && finished && written ? "warning" : weigh(entry))),
    ...(left.length > 0
      ? [
          (written ? warning : failure)(
            "temporaries-left",
            `REBUILD left ${left.map(({ path }) => path).join(", ")}.`,
            "Q99117, Q148364",
          ),
        ]
      : []),
    ...(logReplaced
      ? [unclear("log-replaced", "DIRSYNC.LOG is not the file it was before: somebody cut or replaced it.")]
      : []),
  ];
  return conclude(reasons, version);
}
