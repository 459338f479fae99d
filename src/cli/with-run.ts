import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunContext } from "../context.ts";
import { asResyncError } from "../errors.ts";
import type { JournalData } from "../journal/journal.ts";
import { beginDryRun, beginRun } from "../journal/store.ts";
import type { CliContext, CommandResult } from "./command.ts";

/** A run to begin: what it is called, what it is about, and whether it may change anything. */
export interface RunPlan {
  readonly command: string;
  /** One line for the screen and the history. */
  readonly about: string;
  readonly data: JournalData;
  readonly dryRun: boolean;
}

/** Does `act` as a journaled run with a folder of its own, and journals how it ended. A dry run leaves nothing behind. */
export async function withRun(
  plan: RunPlan,
  cli: CliContext,
  act: (context: RunContext, folder: string) => Promise<CommandResult>,
): Promise<CommandResult> {
  const { command, about, dryRun } = plan;
  const { clock, reporter, signal } = cli;
  const { journal, folder } = dryRun
    ? await beginDryRun(await mkdtemp(join(tmpdir(), "resync-dry-run-")), clock, command)
    : await beginRun(cli.stateDir, clock, command, { ...plan.data, about });
  reporter.emit({ type: "run", command, run: journal.run, dryRun, title: about });
  try {
    const result = await act({ clock, reporter, journal, signal, dryRun }, folder);
    await journal.end(result.outcome, result.exitCode);
    return result;
  } catch (thrown) {
    const error = asResyncError(thrown);
    await journal.end("failed", error.exitCode, { code: error.code, message: error.message }).catch(() => undefined);
    throw error;
  } finally {
    if (dryRun) await rm(folder, { recursive: true, force: true });
  }
}
