import { describe, expect, it } from "vitest";
import { ResyncError } from "../../../src/errors.ts";
import { parseLogText } from "../../../src/import/dirsync-log/decode.ts";
import type { ProgramEnd } from "../../../src/import/runner/import-runner.ts";
import { stateOf, type FileState } from "../../../src/import/snapshot/state.ts";
import type { Evidence } from "../../../src/import/verdict/evidence.ts";
import { setsFlag } from "../../../src/import/verdict/file-signs.ts";
import { importVerdict } from "../../../src/import/verdict/import-verdict.ts";
import type { ListFinding } from "../../../src/import/verdict/lists.ts";

const BANNER = "03/13/96 15:33:01 | Status       Microsoft (R) Mail Import V3.5";
const FINISHED = "03/13/96 15:33:03 | Status       Import is finished.";

/** A file state, by key and a word for its content. */
const file = (key: string, content: string, size = content.length): FileState => {
  return { key, path: key, size, mtimeMs: 1, mode: 0o644, uid: 0, gid: 0, sha256: content, hex: undefined };
};
const QUEUES = ["SRVTRANS", "USRTRANS", "NMETRANS", "GWTRANS"].map((name) => file(`GLB/${name}.GLB`, ""));
const BEFORE = stateOf([
  ...QUEUES,
  file("GLB/REQCONF.GLB", "c1"),
  file("GLB/REQTRANS.GLB", "t1"),
  file("GLB/FLAG.GLB", "1"),
  file("USR/1.USR", "old"),
]);
const AFTER = stateOf([
  ...QUEUES,
  file("GLB/REQCONF.GLB", "c2"),
  file("GLB/REQTRANS.GLB", "t2"),
  file("GLB/FLAG.GLB", "2"),
  file("USR/1.USR", "new"),
]);

interface Signs {
  log?: string[];
  screen?: string;
  killed?: boolean;
  /** Files after, by key; "" removes. */
  after?: Record<string, string>;
  replaced?: boolean;
  lists?: ListFinding[];
}

function evidence({
  log = [BANNER, FINISHED],
  screen = "",
  killed,
  after = {},
  replaced = false,
  lists = [],
}: Signs): Evidence {
  const reason = new ResyncError("STALLED", { message: "No sign of life." });
  const end: ProgramEnd = killed
    ? { kind: "killed", reason, screen, durationMs: 1 }
    : { kind: "ended", exitCode: 0, screen, durationMs: 1 };
  const changed = new Map(AFTER);
  for (const [key, content] of Object.entries(after)) {
    if (content === "") changed.delete(key);
    else changed.set(key, file(key, content));
  }
  return { end, gained: parseLogText(log.join("\r\n")), logReplaced: replaced, before: BEFORE, after: changed, lists };
}

const list = (changes: Partial<ListFinding>): ListFinding => {
  return { list: "PCM:NET/PO", addresses: 3, file: "USR/1.USR", entries: 3, written: true, ...changes };
};
const line = (text: string) => `03/13/96 15:33:02 | ${text}`;

describe("the verdict on an import", () => {
  const table: [string, Signs, string, string[]][] = [
    ["every sign good", {}, "succeeded", []],
    ["lists as expected", { lists: [list({})] }, "succeeded", []],
    ["own list in the file", { lists: [list({}), list({ list: "PCM:OWN/PO", file: undefined })] }, "succeeded", []],
    [
      "local addresses skipped",
      { log: [BANNER, line("Status [ 66] Local PO transaction ignored"), FINISHED] },
      "succeeded",
      [],
    ],
    // Failures.
    [
      "bad password on the screen",
      { screen: "Bad ID or Password", log: [], after: { "GLB/RESYNC.GLB": "x" } },
      "failed",
      ["bad-password", "no-banner", "not-finished", "resync-left"],
    ],
    [
      "Fatal 91 and finished",
      {
        log: [
          BANNER,
          line("Fatal  [ 91] The database is locked: ADMIN"),
          line("Fatal  [   ]   Mailbox name: Admin."),
          FINISHED,
        ],
      },
      "failed",
      ["message-91"],
    ],
    [
      "Fatal 91 without a banner",
      { log: [line("Fatal  [ 91] locked"), FINISHED] },
      "failed",
      ["message-91", "no-banner"],
    ],
    ["an unknown Fatal", { log: [BANNER, line("Fatal  [199] Something"), FINISHED] }, "failed", ["message-199"]],
    ["an un-numbered Fatal", { log: [BANNER, line("Fatal        Something"), FINISHED] }, "failed", ["message"]],
    [
      "Error 45",
      { log: [BANNER, line("Error  [ 45] File error sorting queue: USRTRANS"), FINISHED] },
      "failed",
      ["message-45"],
    ],
    [
      "Warning 90",
      { log: [BANNER, line("Warning[ 90] Transaction not processed"), FINISHED] },
      "failed",
      ["message-90"],
    ],
    [
      "Error 14 in numbers",
      {
        log: [
          "03/13/96 15:33:01 | 1  -1 Microsoft (R) Mail Import V3.5",
          "03/13/96 15:33:01 | 2  14",
          "03/13/96 15:33:01 | 1  -1 Import is finished.",
        ],
      },
      "failed",
      ["message-14"],
    ],
    ["an error on the screen only", { screen: "Error  [ 14] Error processing RESYNC.GLB" }, "failed", ["message-14"]],
    [
      "an error whose words are missing",
      { log: [BANNER, "[ 45] Error Obtaining Message #: 45", FINISHED] },
      "failed",
      ["message-45", "no-words"],
    ],
    ["RESYNC.GLB left", { after: { "GLB/RESYNC.GLB": "x" } }, "failed", ["resync-left"]],
    ["a queue left", { after: { "GLB/NMETRANS.GLB": "x" } }, "failed", ["queues-left"]],
    ["a temporary left", { after: { "GLB/INMETRAN.GLB": "x" } }, "failed", ["temporaries-left"]],
    ["IMPORT.USR left", { after: { "USR/IMPORT.USR": "x" } }, "failed", ["temporaries-left"]],
    ["SORTLOCK left", { after: { "GLB/SORTLOCK.GLB": "x" } }, "failed", ["sortlock-left"]],
    [
      "killed half-way",
      { killed: true, log: [BANNER], after: { "GLB/SRVTRANS.GLB": "x" } },
      "failed",
      ["queues-left", "killed", "not-finished"],
    ],
    ["a list not replaced", { lists: [list({ written: false, entries: 9 })] }, "failed", ["list-untouched"]],
    // What cannot be known.
    ["nothing logged", { log: [] }, "undetermined", ["no-banner", "not-finished"]],
    ["no end logged", { log: [BANNER] }, "undetermined", ["not-finished"]],
    ["killed with everything done", { killed: true }, "undetermined", ["killed"]],
    ["the log replaced", { replaced: true }, "undetermined", ["log-replaced"]],
    ["two imports", { log: [BANNER, FINISHED, BANNER, FINISHED] }, "undetermined", ["two-imports"]],
    ["an unknown Error", { log: [BANNER, line("Error  [199] Something"), FINISHED] }, "undetermined", ["message-199"]],
    ["numbers untouched", { after: { "GLB/REQCONF.GLB": "c1" } }, "undetermined", ["numbers-untouched"]],
    ["no list written", { after: { "USR/1.USR": "old" } }, "undetermined", ["no-list-written"]],
    ["a list untouched of the right size", { lists: [list({ written: false })] }, "undetermined", ["list-untouched"]],
    [
      "several lists missing",
      { lists: [list({ file: undefined }), list({ file: undefined })] },
      "undetermined",
      ["list-missing"],
    ],
    [
      "several lists missing, and a gateway that is not installed",
      {
        log: [BANNER, line("Error  [ 44] X400"), FINISHED],
        lists: [list({ file: undefined }), list({ file: undefined })],
      },
      "undetermined",
      ["list-missing", "message-44"],
    ],
    // Success with a loss.
    [
      "Error 44",
      { log: [BANNER, line("Error  [ 44] Gateway not installed: X400"), FINISHED] },
      "succeeded with warnings",
      ["message-44"],
    ],
    [
      "an unknown Warning",
      { log: [BANNER, line("Warning[199] Something"), FINISHED] },
      "succeeded with warnings",
      ["message-199"],
    ],
    [
      "only a gateway's list, not installed",
      { log: [BANNER, line("Error  [ 44] X400"), FINISHED], after: { "USR/1.USR": "old" } },
      "succeeded with warnings",
      ["message-44", "no-list-written"],
    ],
    ["an unknown line", { log: [BANNER, "what is this", FINISHED] }, "succeeded with warnings", ["unknown-line"]],
    [
      "another program's lines",
      {
        log: [
          BANNER,
          FINISHED,
          "Status Microsoft (R) Mail DirSync Requestor V3.5.12",
          line("Fatal  [150] Could not append"),
        ],
      },
      "succeeded with warnings",
      ["others-logged"],
    ],
    ["a list of another size and no word why", { lists: [list({ entries: 2 })] }, "undetermined", ["list-size"]],
    [
      "a list of another size, and a gateway that is not installed",
      { log: [BANNER, line("Error  [ 44] X400"), FINISHED], lists: [list({ entries: 2 })] },
      "undetermined",
      ["list-size", "message-44"],
    ],
    [
      "a list of another size, and a warning that may be why",
      { log: [BANNER, line("Warning[199] Something"), FINISHED], lists: [list({ entries: 2 })] },
      "succeeded with warnings",
      ["list-size", "message-199"],
    ],
    ["an empty list", { lists: [list({ entries: 0 })] }, "failed", ["list-empty"]],
    ["FLAG.GLB untouched by 3.5", { after: { "GLB/FLAG.GLB": "1" } }, "succeeded with warnings", ["flag-untouched"]],
    [
      "FLAG.GLB untouched by 3.2",
      { log: [BANNER.replace("V3.5", "V3.2"), FINISHED], after: { "GLB/FLAG.GLB": "1" } },
      "succeeded",
      [],
    ],
  ];
  it.each(table)("with %s", (_name, signs, outcome, reasons) => {
    const verdict = importVerdict(evidence(signs));
    const told = verdict.reasons.filter(({ weight }) => weight !== "good").map(({ id }) => id);
    expect({ outcome: verdict.outcome, reasons: told.toSorted() }).toEqual({ outcome, reasons: reasons.toSorted() });
  });

  it("does not count IMPORT's exit code", () => {
    for (const exitCode of [0, 1, 65, undefined]) {
      const end: ProgramEnd = { kind: "ended", exitCode, screen: "", durationMs: 1 };
      expect(importVerdict({ ...evidence({}), end }).outcome).toBe("succeeded");
    }
  });

  it("groups a thousand warnings into one reason", () => {
    const warnings = Array.from({ length: 1000 }, () => line("Warning[ 90] Transaction not processed"));
    const verdict = importVerdict(evidence({ log: [BANNER, ...warnings, FINISHED] }));
    expect(verdict.reasons.filter(({ id }) => id === "message-90")).toMatchObject([
      { text: expect.stringContaining("1000 times") },
    ]);
  });

  it.each([
    ["3.0", false],
    ["3.2", false],
    ["3.2.6", false],
    ["3.2.9", true],
    ["3.2a", true],
    ["3.2.16", true],
    ["3.5", true],
    ["3.5.34", true],
    ["4.0", true],
  ])("expects FLAG.GLB to be set by %s: %s", (version, expected) => {
    expect(setsFlag(version)).toBe(expected);
  });
});
