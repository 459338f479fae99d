import type { RunContext } from "../context.ts";
import { flag } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { asRunId } from "../journal/run-id.ts";
import { listRuns, readRun, resumeRun, type RunRecord } from "../journal/store.ts";
import { wrap } from "../report/style.ts";
import { defineCommand, type CliContext } from "./command.ts";
import { dssOptions, openDss, type DssOptions } from "./dss.ts";
import { handoffFolder } from "./handoff.ts";
import { withRun } from "./with-run.ts";

/** What became of one run. */
interface Mended {
  readonly run: string;
  readonly command: string;
  readonly outcome: string;
  readonly state: string;
}

export const recoverCommand = defineCommand({
  name: "recover",
  summary: "Finish or undo runs that were cut off by a crash, a kill or a power cut",
  positionals: [{ name: "run", describe: "One run, as resync history names it; else all", required: false }],
  options: {
    ...dssOptions,
    ntlmv1: flag("With --smb1: NTLM instead of NTLMv2, for NT 4 before SP4 (weak)"),
    "dry-run": flag("Say what would be done, change nothing", { alias: "n" }),
  },
  exitStatus: [
    [EXIT.done, "everything is in order now"],
    [EXIT.usage, "there is no such run"],
    [EXIT.connection, "the DSS cannot be reached"],
    [EXIT.notRolledBack, "a postoffice could not be put back"],
    [EXIT.locked, "the run is still at work"],
    [EXIT.undetermined, "what happened cannot be told; both states are kept"],
  ],
  examples: [
    ["resync recover", "after a crash: put everything in order"],
    ["resync recover --dry-run", "what is left of runs that were cut off"],
  ],
  async run(values, { run }, cli) {
    const dryRun = values["dry-run"];
    const runs = await runsToMend(run, cli);
    if (runs.length === 0) {
      return {
        exitCode: EXIT.done,
        outcome: "nothing to do",
        data: { runs: [] },
        text: "No run was cut off: nothing to recover.",
      };
    }
    const plan = { command: "recover", about: runs.map((one) => one.run).join(", "), data: {}, dryRun };
    return withRun(plan, cli, async (context) => {
      const mended: Mended[] = [];
      for (const one of runs) mended.push(await mend(one, values, context, cli));
      const undetermined = mended.some(({ outcome }) => outcome === "undetermined");
      return {
        exitCode: undetermined ? EXIT.undetermined : EXIT.done,
        outcome: undetermined ? "undetermined" : "recovered",
        data: { runs: mended },
        text: dryRun
          ? "Dry run: nothing was changed."
          : mended
              .map((one) => wrap(`${one.command} ${one.run}: ${one.outcome}. ${one.state}`, cli.style.width, "  "))
              .join("\n"),
      };
    });
  },
});

async function runsToMend(run: string | undefined, cli: CliContext): Promise<RunRecord[]> {
  if (run === undefined) {
    const unsettled = await Promise.all(
      (await listRuns(cli.stateDir)).map(async (one) => ((await isUnsettled(one)) ? one : undefined)),
    );
    return unsettled.filter((one) => one !== undefined);
  }
  return [await runNamed(run, cli)];
}

/** The run of that name. Throws `USAGE` when there is none. */
export async function runNamed(run: string, cli: Pick<CliContext, "stateDir">): Promise<RunRecord> {
  const id = asRunId(run);
  const record = id === undefined ? undefined : await readRun(cli.stateDir, id);
  if (record !== undefined) return record;
  throw new ResyncError("USAGE", {
    message: `There is no run ${run} on this machine.`,
    state: "Nothing was changed.",
    hint: "resync history lists the runs.",
  });
}

/** True for a run that left something to finish or undo. */
export async function isUnsettled(record: RunRecord): Promise<boolean> {
  const dss = record.data["dss"];
  if (record.command === "push" && typeof dss === "string") {
    const { isUnsettledPush } = await import("../push/mend.ts");
    return isUnsettledPush(record, dss);
  }
  const { traceOf } = await import("../import/trace.ts");
  const trace = traceOf(record.entries);
  return trace !== undefined && !trace.unlocked;
}

async function mend(record: RunRecord, values: DssOptions, context: RunContext, cli: CliContext): Promise<Mended> {
  const { run, command } = record;
  const dss = record.data["dss"];
  if (command === "push" && typeof dss === "string") {
    if (handoffFolder(dss) !== undefined) return { run, command, ...(await mendHandoff(record, context)) };
    const { lockDss } = await import("../push/mend.ts");
    const host = await openDss(dss, values, cli);
    try {
      // Taking the lock undoes every push that was cut off there.
      await (await lockDss(host, cli.stateDir, context)).release();
      return { run, command, outcome: "undone", state: `${host.label} is as it was found.` };
    } finally {
      await host.close();
    }
  }
  const { recoverImport } = await import("../import/recover.ts");
  const journal = context.dryRun ? context.journal : await resumeRun(record, context.clock);
  const { outcome, state } = await recoverImport(record.entries, { ...context, journal });
  await journal.end(outcome, outcome === "undetermined" ? EXIT.undetermined : EXIT.done);
  return { run, command, outcome, state };
}

async function mendHandoff(record: RunRecord, context: RunContext): Promise<Pick<Mended, "outcome" | "state">> {
  const { recoverHandoff } = await import("../push/generate/handoff/recover.ts");
  const mended = await recoverHandoff(record.entries, context.dryRun);
  if (!context.dryRun) await (await resumeRun(record, context.clock)).end(mended.outcome, EXIT.done);
  return mended;
}
