import { asResyncError, throwIfAborted } from "../errors.ts";
import { step } from "../report/step.ts";
import type { Change } from "./change.ts";
import { dropMasterList, dropPaths } from "./drop.ts";
import { importFailed, importUndetermined } from "./failed.ts";
import { runProgram } from "./run-program.ts";
import type { DosCall } from "./runner/import-runner.ts";
import { STEP } from "./trace.ts";
import { rolledBackError, takeBackAll } from "./undo.ts";
import type { Evidence } from "./verdict/evidence.ts";
import { importVerdict } from "./verdict/import-verdict.ts";
import { tellWarnings } from "./verdict/tell.ts";
import type { Verdict } from "./verdict/verdict.ts";

/** Puts the master list into the postoffice; takes it out again when anything goes wrong. */
export async function dropList(change: Change): Promise<void> {
  const { request, context, postoffice } = change;
  const { reporter, journal, signal } = context;
  const { sha256 } = request;
  const paths = await dropPaths(postoffice);
  try {
    throwIfAborted(signal);
    await step(reporter, "import-drop", "Put the master list into the postoffice", async () => {
      await journal.act(STEP.drop, { ...paths, sha256 }, async () =>
        dropMasterList(postoffice, paths, request, signal),
      );
      return { found: `${paths.path}, read back`, facts: { path: paths.path, sha256 }, value: undefined };
    });
  } catch (error) {
    const state = await takeBackAll(change, { ...paths, sha256 });
    throw asResyncError(error).with({ state });
  }
}

/** Runs IMPORT and judges it. From its start on, every way out but a good verdict or an undetermined one is a roll-back. */
export async function runImport(change: Change, call: DosCall): Promise<{ evidence: Evidence; verdict: Verdict }> {
  try {
    const evidence = await run(change, call);
    return { evidence, verdict: await judge(change, evidence) };
  } catch (error) {
    const failure = asResyncError(error);
    const { code } = failure;
    if (code === "IMPORT_UNDETERMINED") throw failure;
    if (code === "PROGRAM_MISSING" || code === "PREFLIGHT_REFUSED") throw await notStarted(change, failure);
    throw await rolledBackError(change, failure);
  }
}

async function run(change: Change, call: DosCall): Promise<Evidence> {
  const { request, context, before, mark } = change;
  const commands = request.runner.describe(call);
  return step(context.reporter, "import-run", "Run IMPORT", async () => {
    const value = await context.journal.act(
      STEP.run,
      { commands, log: { ...mark } },
      async () => runProgram(change, call, { before, mark }),
      ({ end }) => ({ end: end.kind, durationMs: end.durationMs }),
    );
    const seconds = (value.end.durationMs / 1000).toFixed(1);
    return { found: `${value.end.kind} after ${seconds} s`, facts: { commands }, value };
  });
}

async function judge({ request, context, snapshot }: Change, evidence: Evidence): Promise<Verdict> {
  const { reporter, journal, signal } = context;
  return step(reporter, "import-verdict", "Prove that the list arrived", async () => {
    const verdict = importVerdict(evidence);
    const { outcome, version } = verdict;
    const reasons = verdict.reasons.map(({ id, weight }) => `${weight} ${id}`);
    throwIfAborted(signal);
    await journal.note(STEP.verdict, { outcome, reasons, version });
    if (outcome === "failed") throw importFailed(verdict, request.runFolder);
    if (outcome === "undetermined") throw importUndetermined(verdict, journal.run, snapshot.folder);
    tellWarnings(reporter, verdict);
    return { found: outcome, facts: { ...verdict }, value: verdict };
  });
}

async function notStarted(change: Change, failure: ReturnType<typeof asResyncError>) {
  const { request, postoffice } = change;
  const { temporary } = await dropPaths(postoffice);
  const state = await takeBackAll(change, { temporary, sha256: request.sha256 });
  return failure.with({ state });
}
