import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { asResyncError, ResyncError } from "../errors.ts";
import type { Reporter } from "../report/reporter.ts";
import { step } from "../report/step.ts";
import type { Change } from "./change.ts";
import { markLog } from "./dirsync-log/gained.ts";
import { unlessMissing } from "./files.ts";
import { hashFile } from "./small-files.ts";
import { isMendable } from "./mend.ts";
import type { Check } from "./postoffice/check.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import { refuseUnlessReady, runChecks } from "./postoffice/run-checks.ts";
import type { ImportRequest } from "./request.ts";
import { findLog } from "./dirsync-log/find-log.ts";
import { takeSnapshot } from "./snapshot/snapshot.ts";
import { STEP } from "./trace.ts";
import { beforeAnyChange, UNTOUCHED } from "./untouched.ts";

/** Proves that the file is the one that was checked. Throws `NOT_FOUND` or `FILE_CHANGED`. */
export async function proveFile({ file, sha256 }: ImportRequest, signal: AbortSignal): Promise<void> {
  const found = await unlessMissing(hashFile(file, { signal }));
  if (found === sha256) return;
  throw new ResyncError(found === undefined ? "NOT_FOUND" : "FILE_CHANGED", {
    message:
      found === undefined
        ? `There is no file ${file}.`
        : `${file} is not the file that was checked: its content changed since.`,
    state: UNTOUCHED,
    hint: "Collect the delivery again.",
    facts: { file },
  });
}

/**
 * Runs every check and tells what it found: one step, a warning for each risk or loss, before anything is changed. Throws
 * `POSTOFFICE_NOT_READY` with all refusals.
 */
export async function lookAtPostoffice(
  request: ImportRequest,
  context: RunContext,
  postoffice: Postoffice,
): Promise<Check[]> {
  const { reporter } = context;
  return step(reporter, "import-check", "Check the postoffice", async () => {
    const { size } = await stat(request.file);
    const checks = await runChecks(postoffice, { incomingBytes: size, snapshotFolder: request.runFolder });
    for (const one of checks) tell(reporter, one);
    refuse(request, postoffice, checks);
    return { found: summary(checks), facts: { checks }, value: checks };
  });
}

function tell(reporter: Reporter, { id, title, outcome, found, remedy, article }: Check): void {
  if (outcome === "warning") {
    const hint = remedy === undefined ? {} : { hint: remedy };
    const reference = article === undefined ? {} : { reference: article };
    reporter.emit({ type: "warning", text: `${title}: ${found}`, ...hint, ...reference, facts: { check: id } });
  }
  // What cannot be told from here is so at every import: to be known, and nothing that happened.
  if (outcome === "unknown")
    reporter.emit({ type: "note", text: `${title}: ${found}. ${remedy ?? ""}`.trim(), facts: { check: id } });
}

/** With `mend`, what can be mended does not stand in the way; without, the hint says so. */
function refuse({ mend = false }: ImportRequest, postoffice: Postoffice, checks: readonly Check[]): void {
  try {
    refuseUnlessReady(postoffice, mend ? checks.filter((check) => !isMendable(check)) : checks);
  } catch (error) {
    const failure = asResyncError(error);
    const refusals = checks.filter(({ outcome }) => outcome === "refused");
    if (mend || !refusals.every(isMendable)) throw failure;
    throw failure.with({
      hint: `${failure.hint ?? ""}\n--mend does this after a snapshot was taken; a roll-back brings the files back.`,
    });
  }
}

/** Takes the snapshot and marks the end of DIRSYNC.LOG. A snapshot that was not finished is removed. */
export async function snapshotPostoffice(
  request: ImportRequest,
  context: RunContext,
  postoffice: Postoffice,
): Promise<Change> {
  const { reporter, journal, signal } = context;
  const folder = join(request.runFolder, "snapshot");
  return step(reporter, "import-snapshot", "Copy everything an import may touch", async ({ progress }) => {
    try {
      const snapshot = await journal.act(
        STEP.snapshot,
        { root: postoffice.root, folder },
        async () => takeSnapshot(postoffice, folder, { signal, onProgress: progress }),
        ({ copied }) => copied,
      );
      const mark = await markLog(await findLog(postoffice));
      const { files, bytes } = snapshot.copied;
      const found = `${files} files, ${bytes} bytes, in ${folder}`;
      const value = { request, context, postoffice, snapshot, before: snapshot.before, mended: 0, mark };
      return { found, facts: { folder, files, bytes }, value };
    } catch (error) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      throw beforeAnyChange(error);
    }
  });
}

function summary(checks: readonly Check[]): string {
  const count = (wanted: Check["outcome"]) => checks.filter(({ outcome }) => outcome === wanted).length;
  const known = count("warning") + count("unknown");
  return `${count("ok")} in order${known === 0 ? "" : `, ${known} to know about`}`;
}
