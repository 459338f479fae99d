import { localUsers } from "../directory/local-users.ts";
import { FINISHED, importBanner } from "./banner.ts";
import { fails, type ProgramCall } from "./call.ts";
import { runExport } from "./text/export.ts";
import { runExtract } from "./text/extract.ts";
import { runTextImport } from "./text/import-text.ts";
import { runResyncExtract } from "./text/resync.ts";
import { dirsyncLog, type DirsyncLog } from "./log.ts";
import { problemLog } from "./problem-log.ts";
import { parseImportOptions, type ImportMode, type ImportOptions } from "./options.ts";
import { isFlagHeld, logFlagHeld } from "./queue/flag.ts";
import { processQueue } from "./queue/process-queue.ts";
import { asStop, openRun, type ImportRun } from "./run.ts";

/** The stand-in for IMPORT.EXE: its whole run, from the command line to the last log line. docs/simulator.md tells what is documented. */
export async function runImport(call: ProgramCall): Promise<void> {
  if (fails(call, "nothing-at-all")) return;
  const options = parseImportOptions(call.argv);
  if (typeof options === "string") return call.screen(`${options}\r\n`);
  if (!call.files.exists("GLB/MASTER.GLB")) return call.screen("No valid postoffice found\r\n");
  if (!(await signsOn(call, options))) return call.screen("Bad ID or Password\r\n");
  if (!options.yes && !(await mayContinue(call))) return;

  const log = openLog(call, options);
  log.status(importBanner(call.simulation.version));
  try {
    if (isFlagHeld(call)) logFlagHeld(log);
    else await MODES[options.mode](openRun(call, options, log));
  } catch (error) {
    if (!asStop(log, error).manner.finished) return;
  }
  log.status(FINISHED);
}

const MODES: Readonly<Record<ImportMode, (run: ImportRun) => Promise<void>>> = {
  queue: processQueue,
  text: runTextImport,
  export: runExport,
  extract: runExtract,
  resync: runResyncExtract,
  "resync-text": runResyncExtract,
};

/** Mailbox and password of an administrator, prompted for where left out; case does not count (both assumptions). */
async function signsOn(call: ProgramCall, options: ImportOptions): Promise<boolean> {
  const mailbox = options.mailbox ?? (await call.ask("Mailbox: ")) ?? "";
  const password = options.password ?? (await call.ask("Password: ")) ?? "";
  if (fails(call, "bad-password")) return false;
  return localUsers(call.files).some(
    (user) => user.administrator && same(user.mailbox, mailbox) && same(user.password, password),
  );
}

/** Without `-y` IMPORT asks (Q96060); the wording and the keys are assumptions. */
async function mayContinue(call: ProgramCall): Promise<boolean> {
  const answer = await call.ask("Import changes the address lists of this postoffice. Continue (Y/N)? ");
  return /^y/iu.test(answer ?? "");
}

function openLog(call: ProgramCall, options: ImportOptions): DirsyncLog {
  const onProblem = problemLog(call.files, options);
  return dirsyncLog(call.files, {
    version: call.simulation.version,
    now: () => call.clock.now(),
    screen: call.screen,
    writable: !fails(call, "log-not-writable"),
    messages: !fails(call, "no-ds-msg"),
    ...(onProblem === undefined ? {} : { onProblem }),
  });
}

function same(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}
