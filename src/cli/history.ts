import { flag, text, wholeNumber } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { historyRows, type HistoryRow } from "../journal/history.ts";
import { listRuns } from "../journal/store.ts";
import { table } from "../report/table.ts";
import { defineCommand, type CliContext, type CommandResult } from "./command.ts";
import { isUnsettled } from "./recover.ts";

export const historyCommand = defineCommand({
  name: "history",
  summary: "List the runs of this machine, the newest first",
  options: {
    limit: wholeNumber("Show at most N runs", { least: 1, fallback: 20 }),
    command: text("Only runs of this command: push, import, …", { placeholder: "NAME" }),
    prune: text("Remove snapshots and copies of runs that ended more than DAYS ago and that nothing needs", {
      placeholder: "DAYS",
    }),
    "dry-run": flag("With --prune: say what would be removed, remove nothing", { alias: "n" }),
  },
  exitStatus: [
    [EXIT.done, "done, also when there are no runs"],
    [EXIT.usage, "DAYS is no number of days"],
  ],
  examples: [
    ["resync history --command import", "what was imported here, and how it ended"],
    ["resync history --prune 90", "make room: what recover and rollback may still need stays"],
  ],
  async run({ limit, command, prune, "dry-run": dryRun }, _positionals, cli) {
    if (prune !== undefined) return pruned(daysOf(prune), dryRun, cli);
    const rows = historyRows(await listRuns(cli.stateDir), { limit, command });
    return { exitCode: EXIT.done, outcome: "listed", data: { runs: rows }, text: show(rows, cli) };
  },
});

async function pruned(days: number, dryRun: boolean, cli: CliContext): Promise<CommandResult> {
  const { leavingsOf, removeLeavings } = await import("../journal/prune.ts");
  const { neededByImports } = await import("../import/needed-runs.ts");
  const runs = await listRuns(cli.stateDir);
  const needed = neededByImports(runs);
  const before = cli.clock.now().getTime() - days * 86_400_000;
  const unneeded = [];
  for (const run of runs) {
    const old = run.end !== undefined && Date.parse(run.end.at) < before;
    if (old && !needed.has(run.run) && !(await isUnsettled(run))) unneeded.push(run);
  }
  const leavings = await leavingsOf(unneeded);
  if (!dryRun) await removeLeavings(leavings);
  const bytes = leavings.reduce((sum, one) => sum + one.bytes, 0);
  const what = `snapshots and copies of ${leavings.length === 1 ? "one run" : `${leavings.length} runs`}, ${(bytes / 1e6).toFixed(1)} MB`;
  return {
    exitCode: EXIT.done,
    outcome: dryRun ? "dry run" : "pruned",
    data: { runs: leavings.map(({ run, bytes: size }) => ({ run: run.run, bytes: size })), bytes },
    text: dryRun ? `Would remove ${what}.` : `Removed ${what}. Their journals stay.`,
  };
}

function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d{1,5}$/u.test(text) && Number.isSafeInteger(days)) return days;
  throw new ResyncError("USAGE", {
    message: `--prune: "${text}" is no number of days.`,
    state: "Nothing was removed.",
    hint: "Write --prune 90.",
  });
}

function show(rows: readonly HistoryRow[], cli: { style: { width: number }; stateDir: string }): string {
  if (rows.length === 0) return `No runs yet. Journals are kept in ${cli.stateDir}.`;
  const cells = rows.map((row) => [row.run, row.command, row.outcome, row.exitCode?.toString() ?? "", row.about]);
  return table(["Run (UTC)", "Command", "Outcome", "Exit", "About"], cells, cli.style.width);
}
