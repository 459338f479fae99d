import { join } from "node:path";
import { abortError, asResyncError } from "../errors.ts";
import { identify } from "../journal/process-identity.ts";
import type { Change } from "./change.ts";
import { parseLog } from "./dirsync-log/decode.ts";
import { findLog } from "./dirsync-log/find-log.ts";
import { readGained, type LogMark } from "./dirsync-log/gained.ts";
import { writeDurably } from "./durable.ts";
import type { DosCall, ProgramEnd } from "./runner/import-runner.ts";
import { saveAfter } from "./snapshot/snapshot.ts";
import { readState, type PostofficeState } from "./snapshot/state.ts";
import { STEP } from "./trace.ts";
import type { Evidence } from "./verdict/evidence.ts";
import { findLists } from "./verdict/lists.ts";
import { limitsOf, runWatched } from "./watchdog.ts";

/**
 * Runs a program under the watchdog, journals its process, and gathers what it left: screen, log lines, the state of every file. All of it is
 * also kept in the run's folder. Throws what the runner throws, and `abortError` when the run was interrupted: the program is gone then.
 */
export async function runProgram(
  { request, context, postoffice, snapshot }: Change,
  call: DosCall,
  { before, mark }: { before: PostofficeState; mark: LogMark },
): Promise<Evidence> {
  const { clock, reporter, signal, journal } = context;
  const started: Promise<void>[] = [];
  const end = await runWatched(postoffice, request.runner, call, {
    clock,
    signal,
    limits: limitsOf(request.limits),
    onScreen: (text) => reporter.emit({ type: "debug", text: `${call.program}: ${text.trimEnd()}` }),
    onStart(pid) {
      const noted = noteProcess(pid);
      // Looked at once the program has ended.
      noted.catch(() => undefined);
      started.push(noted);
    },
  }).catch(stillRunning);
  await Promise.all(started);
  await keepScreen(request.runFolder, call, end);
  if (end.kind === "killed" && signal.aborted) throw abortError(signal);

  const gained = await readGained(await findLog(postoffice), mark);
  await writeDurably(join(request.runFolder, `${call.program.toLowerCase()}.log`), gained.bytes);
  const after = await readState(postoffice, { before: snapshot.before });
  await saveAfter(call.program === "IMPORT" ? "import" : "rebuild", snapshot.folder, postoffice.root, after);
  const lists = call.program === "IMPORT" ? await findLists(postoffice, request.lists ?? [], before, after) : [];
  return { end, gained: parseLog(gained.bytes), logReplaced: gained.replaced, before, after, lists };

  async function noteProcess(pid: number): Promise<void> {
    const start = (await identify(pid))?.start;
    await journal.note(STEP.started, { pid, start });
  }
}

/** A program that could not be ended may go on writing: nothing is put back then, and the lock stays. */
export function stillRunning(error: unknown): never {
  const failure = asResyncError(error);
  throw failure.code === "IMPORT_UNDETERMINED" ? failure.with({ facts: { stillRunning: true } }) : failure;
}

async function keepScreen(folder: string, call: DosCall, end: ProgramEnd): Promise<void> {
  await writeDurably(join(folder, `${call.program.toLowerCase()}-screen.txt`), end.screen);
}
