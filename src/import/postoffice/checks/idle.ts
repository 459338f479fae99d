import { filesIn, nameOf } from "../census.ts";
import { check, type Check, type CheckInput } from "../check.ts";
import { HALF_MADE_LISTS, isTemporary, QUEUES } from "../layout.ts";

const REQTRANS_DUMMY = 60;

/** Nothing is under way, nothing was left behind, and what an import would lose is said. */
export function checkIdle({ census }: Pick<CheckInput, "census">): Check[] {
  return [notTheServer(), queues(), temporaries(), sortLock(), resyncThere(), pending()];

  function notTheServer(): Check {
    const { ok, refused } = check("role", "The postoffice is a requestor, not the directory server", "Q96060, Q119014");
    const marks = ["GLB/SRVCONF.GLB", "GLB/MSTTRANS.GLB"].filter((key) => census.entries.has(key));
    if (marks.length === 0) return ok("no server files");
    return refused(
      `${marks.join(" and ").replaceAll("/", "\\")} ${marks.length === 1 ? "is" : "are"} there: this is the directory server, or was`,
      "A RESYNC is never for the server itself: it harms its list. If the server role was given up, switch it off in ADMIN, which deletes these files.",
    );
  }

  function queues(): Check {
    const { ok, refused } = check("queues", "The dirsync queues are empty", "Q122750");
    const full = QUEUES.flatMap((name) => census.entries.get(`GLB/${name}`) ?? []).filter(({ size }) => size > 0);
    if (full.length === 0) return ok(`${QUEUES.length} queues of 0 bytes`);
    return refused(
      full.map((entry) => `${nameOf(entry)} has ${entry.size} bytes`).join(", "),
      'An import or a cycle is under way, or was cut off. Finish it with "import ADMIN -pPASSWORD -q -y -dM"; if the queues stay, empty them with ' +
        '"type nul > NAME".',
    );
  }

  function temporaries(): Check {
    const { ok, refused } = check("temporaries", "No temporary files are left over", "Q122750, Q96060, Q134228");
    const left = [
      ...filesIn(census, "GLB").filter((entry) => isTemporary(nameOf(entry))),
      ...HALF_MADE_LISTS.flatMap((key) => census.entries.get(key) ?? []),
    ].map(({ path }) => path.replaceAll("/", "\\"));
    if (left.length === 0) return ok("none");
    return refused(left.join(", "), "See that neither IMPORT nor DISPATCH runs, then delete them.");
  }

  function sortLock(): Check {
    const { ok, refused } = check("sortlock", "No other IMPORT sorts", "Q112301");
    if (!census.entries.has("GLB/SORTLOCK.GLB")) return ok("no SORTLOCK.GLB");
    return refused(
      "GLB\\SORTLOCK.GLB is there: another IMPORT is at work, or died",
      "See that no IMPORT and no DISPATCH runs on this postoffice, then delete GLB\\SORTLOCK.GLB.",
    );
  }

  function resyncThere(): Check {
    const { ok, refused } = check("resync", "No master list waits to be imported", "Q122750");
    const waiting = census.entries.get("GLB/RESYNC.GLB");
    if (waiting === undefined) return ok("no RESYNC.GLB");
    return refused(
      `${waiting.path.replaceAll("/", "\\")} is there, ${waiting.size} bytes, of ${new Date(waiting.mtimeMs).toISOString()}`,
      "It is never overwritten. Let the site's own cycle import it, or move it out of GLB.",
    );
  }

  function pending(): Check {
    const { ok, warning } = check(
      "pending",
      "Changes of this postoffice that the server has not got yet",
      "Q119450, Q119452",
    );
    const queue = census.entries.get("GLB/REQTRANS.GLB");
    if (queue === undefined) {
      return warning(
        "REQTRANS.GLB is missing: what it held is lost",
        "After the import, reset the requestor's numbers and export its list (Q119014).",
      );
    }
    if (queue.size <= REQTRANS_DUMMY) return ok(`none (REQTRANS.GLB has ${queue.size} bytes)`);
    return warning(
      `REQTRANS.GLB has ${queue.size} bytes: changes wait there, and those numbered below the master list's number will never be sent`,
      "Let a dirsync cycle run first (T1 to T3), or export this postoffice's list after the import.",
    );
  }
}
