import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { abortError, ResyncError } from "../../errors.ts";
import type { RunContext } from "../../context.ts";
import { identify } from "../../journal/process-identity.ts";
import { parseLog } from "../dirsync-log/decode.ts";
import { markLog, readGained } from "../dirsync-log/gained.ts";
import { writeDurably } from "../durable.ts";
import { findName, spell, type Postoffice } from "../postoffice/postoffice.ts";
import type { ImportRequest } from "../request.ts";
import { findLog } from "../dirsync-log/find-log.ts";
import { stillRunning } from "../run-program.ts";
import { plain, type DosCall } from "../runner/import-runner.ts";
import { STEP } from "../trace.ts";
import { limitsOf, runWatched } from "../watchdog.ts";
import { readExtract, type Extracted } from "./extract-text.ts";

/** The text file in the postoffice's root: IMPORT opens it there, because the root is its current directory (Q95939). Removed afterwards. */
export const TEXT_FILE = "RESYNCXT.TXT";

/** What these calls need to know. */
export interface TextImport {
  readonly request: ImportRequest;
  readonly context: RunContext;
  readonly postoffice: Postoffice;
  /** The call of the import itself: mailbox, password and drive are the same. */
  readonly call: DosCall;
}

/** `IMPORT <admin> -p… -x -f<file> -y -d<drive>`: every list but the own users' (Q132681, Q96060). */
export function extractCall(call: DosCall): DosCall {
  return withSwitches(call, ["-x", `-f${TEXT_FILE}`]);
}

/** `IMPORT <admin> -p… -f<file> -a -y -d<drive>`: adds to the lists and to the postoffice list (Q124044, Q117198). Never `-r`, which replaces (Q112285). */
export function addCall(call: DosCall): DosCall {
  return withSwitches(call, [`-f${TEXT_FILE}`, "-a"]);
}

function withSwitches(call: DosCall, switches: readonly string[]): DosCall {
  return { ...call, args: call.args.flatMap((arg) => (arg.text === "-q" ? switches.map(plain) : [arg])) };
}

/** Has IMPORT extract all lists, keeps the text as `name` in the run's folder and reads it. Throws `KEEP_LOCAL_FAILED`. */
export async function extract(ask: TextImport, name: string): Promise<Extracted[]> {
  const bytes = await runTextImport(ask, extractCall(ask.call), undefined);
  if (bytes === undefined) throw failed("IMPORT -x wrote no extract.");
  await writeDurably(join(ask.request.runFolder, name), bytes);
  const lines = readExtract(bytes);
  if (lines === undefined) throw failed("IMPORT -x wrote an extract with lines that are no A lines; it is not whole.");
  return lines;
}

/** Has IMPORT add the lines of `text`. Whether it did is for an extract to show. Throws `KEEP_LOCAL_FAILED`. */
export async function addText(ask: TextImport, text: Buffer): Promise<void> {
  await runTextImport(ask, addCall(ask.call), text);
}

/** Runs IMPORT with a text file in the root; returns what the file holds afterwards. The file is gone when this settles. */
async function runTextImport(ask: TextImport, call: DosCall, text: Buffer | undefined): Promise<Buffer | undefined> {
  const { request, context, postoffice } = ask;
  const { journal, clock, signal, reporter } = context;
  const { root } = postoffice;
  const file = join(root, spell(postoffice, TEXT_FILE));
  const commands = request.runner.describe(call);
  return journal.act(STEP.textImport, { commands, file }, async () => {
    await removeText(postoffice);
    if (text) await writeDurably(file, text);
    const mark = await markLog(await findLog(postoffice));
    const started: Promise<void>[] = [];
    try {
      const end = await runWatched(postoffice, request.runner, call, {
        clock,
        signal,
        limits: limitsOf(request.limits),
        onScreen: (shown) => reporter.emit({ type: "debug", text: `IMPORT: ${shown.trimEnd()}` }),
        onStart: (pid) => void started.push(note(pid).catch(() => undefined)),
      }).catch(stillRunning);
      await Promise.all(started);
      if (signal.aborted) throw abortError(signal);
      if (end.kind === "killed") throw failed(end.reason.message);
      if (/Bad ID or Password/iu.test(end.screen)) throw failed('IMPORT said "Bad ID or Password".');
      const { bytes } = await readGained(await findLog(postoffice), mark);
      const fatal = parseLog(bytes).find(({ entry }) => entry?.severity === "Fatal" || entry?.severity === "Error");
      if (fatal !== undefined) throw failed(`IMPORT logged: ${fatal.raw.trim()}`);
      const name = await findName(root, TEXT_FILE);
      return name === undefined ? undefined : await readFile(join(root, name));
    } finally {
      await removeText(postoffice);
    }
  });

  async function note(pid: number): Promise<void> {
    await journal.note(STEP.started, { pid, start: (await identify(pid))?.start });
  }
}

/** Removes the text file from the postoffice's root, in whatever case a program wrote it. */
export async function removeText({ root }: Postoffice): Promise<void> {
  const name = await findName(root, TEXT_FILE);
  if (name !== undefined) await rm(join(root, name), { force: true });
}

function failed(message: string): ResyncError {
  return new ResyncError("KEEP_LOCAL_FAILED", {
    message,
    hint: "Try the same command by hand in the postoffice, or import without --keep-local.",
    reference: "Q132681, Q96060",
  });
}
