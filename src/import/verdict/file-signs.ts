import type { LogLine } from "../dirsync-log/line.ts";
import { HALF_MADE_LISTS, isTemporary, QUEUES } from "../postoffice/layout.ts";
import { wasWritten } from "../snapshot/state.ts";
import type { Evidence } from "./evidence.ts";
import { judgeLines } from "./lines.ts";
import type { ListFinding } from "./lists.ts";
import { expectSign, failure, good, unclear, warning, type Reason } from "./verdict.ts";

/** RESYNC.GLB, queues, temporaries and SORTLOCK.GLB as they have to be when nothing is left to do. */
export function fileSigns({ after }: Evidence): Reason[] {
  const queues = QUEUES.flatMap((name) => after.get(`GLB/${name}`) ?? []).filter(({ size }) => size > 0);
  const left = [...after.values()].filter(({ key }) => {
    return (key.startsWith("GLB/") && isTemporary(key.slice(4))) || HALF_MADE_LISTS.some((list) => list === key);
  });
  return [
    expectSign(
      !after.has("GLB/RESYNC.GLB"),
      good("resync-gone", "IMPORT removed RESYNC.GLB", "Q122750"),
      failure(
        "resync-left",
        "RESYNC.GLB still stands in GLB: it was not imported.",
        "Q122750",
        "If nothing else is said, see that the runner starts IMPORT, and on this postoffice's drive.",
      ),
    ),
    expectSign(
      queues.length === 0,
      good("queues-empty", "The dirsync queues are empty", "Q122750"),
      failure(
        "queues-left",
        `Queues were not worked off: ${queues.map(({ key, size }) => `${key.slice(4)} ${size} bytes`).join(", ")}.`,
        "Q122750",
      ),
    ),
    expectSign(
      left.length === 0,
      good("temporaries-gone", "No temporary files are left", "Q122750"),
      failure(
        "temporaries-left",
        `Temporary files were left: ${left.map(({ path }) => path).join(", ")}.`,
        "Q122750, Q134228",
      ),
    ),
    ...(after.has("GLB/SORTLOCK.GLB")
      ? [failure("sortlock-left", "SORTLOCK.GLB was left: IMPORT died while sorting, or another one runs.", "Q112301")]
      : []),
  ];
}

/** IMPORT takes the numbers of the header over into REQCONF.GLB and writes the last one to REQTRANS.GLB (Q119452). */
export function numberSigns({ before, after }: Evidence): Reason[] {
  const untouched = ["GLB/REQCONF.GLB", "GLB/REQTRANS.GLB"].filter(
    (key) => !wasWritten(before.get(key), after.get(key)),
  );
  if (untouched.length === 0)
    return [good("numbers-written", "The sync numbers were written (REQCONF.GLB, REQTRANS.GLB)", "Q119452")];
  return [
    unclear(
      "numbers-untouched",
      `${untouched.map((key) => key.slice(4)).join(" and ")} ${untouched.length === 1 ? "was" : "were"} not written: the sync numbers may not be those of the master list.`,
      "Q119452, Q96060",
      'Compare the numbers with "listds ADMIN -pPASSWORD -dM -r". If they are wrong: empty REQTRANS.GLB, have the DSS write a new file, import it (Q96060).',
    ),
  ];
}

/** Address lists: some were written, and those of the master list that stand here among them. */
export function listSigns({ lists, before, after }: Evidence, lines: readonly LogLine[]): Reason[] {
  const written = [...after.keys()].filter(
    (key) => /^(USR|NME)\//u.test(key) && wasWritten(before.get(key), after.get(key)),
  );
  const warnings = judgeLines(lines).filter(({ weight }) => weight === "warning");
  // Error 44 is about gateways that are not here, and about nothing else (Q122751).
  const reasons = warnings.filter(({ id }) => id !== "message-44");
  const here = lists.filter(({ file }) => file !== undefined);
  const elsewhere = lists.filter(({ file, list }) => file === undefined && /^pcm:/iu.test(list));
  return [
    expectSign(
      written.length > 0,
      good("lists-written", `Address lists were written: ${written.length}`, "Q96060"),
      (warnings.length > 0 ? warning : unclear)("no-list-written", "No address list was written.", "Q96060"),
    ),
    ...here
      .filter(({ written }) => !written)
      .map(({ list, file, entries, addresses }) => {
        const text = `The list ${list} (${file}) was not written: it holds ${entries} addresses, the master list ${addresses}.`;
        return (entries === addresses ? unclear : failure)("list-untouched", text, "Q96060");
      }),
    ...here
      .filter(({ written, entries, addresses }) => written && entries !== addresses)
      .map((list) => otherSize(list, reasons)),
    // One list may be this postoffice's own, which is skipped (Q96003 [66]).
    ...(elsewhere.length > 1
      ? [
          (reasons.length > 0 ? warning : unclear)(
            "list-missing",
            `Not defined here: ${elsewhere.map(({ list }) => list).join(", ")}.`,
            "Q96002",
          ),
        ]
      : []),
  ];
}

/** A list that was written, but not with the addresses of the master list. What IMPORT leaves out it says. */
function otherSize({ list, entries, addresses }: ListFinding, reasons: readonly Reason[]): Reason {
  if (entries === 0)
    return failure(
      "list-empty",
      `The list ${list} is empty here; the master list holds ${addresses} addresses.`,
      "Q96060",
    );
  const text = `The list ${list} has ${entries} addresses here and ${addresses} in the master list.`;
  if (reasons.length > 0) return warning("list-size", text, "Q96060");
  const remedy = `Look into the list with ADMIN. If addresses are missing, take the import back with "resync rollback".`;
  return unclear("list-size", `${text} No message says why.`, "Q96060", remedy);
}

/** Clients see by FLAG.GLB that lists changed; IMPORT 3.2.9 and later sets it (Q111556). */
export function flagSigns({ before, after }: Evidence, version: string | undefined): Reason[] {
  if (version === undefined || !setsFlag(version) || wasWritten(before.get("GLB/FLAG.GLB"), after.get("GLB/FLAG.GLB")))
    return [];
  return [
    warning(
      "flag-untouched",
      "FLAG.GLB was not changed: users see the new lists only after signing in again.",
      "Q111556, Q181631",
    ),
  ];
}

/** True from 3.2.9 on, which calls itself 3.2a too (Q148363). */
export function setsFlag(version: string): boolean {
  const [major = 0, minor = 0, build = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (major !== 3) return major > 3;
  return minor > 2 || (minor === 2 && (build >= 9 || /^3\.2a/iu.test(version)));
}
