import { text, wholeNumber } from "../config/option.ts";
import { EXIT } from "../errors.ts";
import { historyRows, type HistoryRow } from "../journal/history.ts";
import { listRuns } from "../journal/store.ts";
import { table } from "../report/table.ts";
import { defineCommand } from "./command.ts";

export const historyCommand = defineCommand({
  name: "history",
  summary: "List the runs of this machine, the newest first",
  options: {
    limit: wholeNumber("Show at most N runs", { least: 1, fallback: 20 }),
    command: text("Only runs of this command: push, import, …", { placeholder: "NAME" }),
  },
  exitStatus: [[EXIT.done, "done, also when there are no runs"]],
  examples: [["resync history --command import", "what was imported here, and how it ended"]],
  async run({ limit, command }, _positionals, cli) {
    const rows = historyRows(await listRuns(cli.stateDir), { limit, command });
    return { exitCode: EXIT.done, outcome: "listed", data: { runs: rows }, text: show(rows, cli) };
  },
});

function show(rows: readonly HistoryRow[], cli: { style: { width: number }; stateDir: string }): string {
  if (rows.length === 0) return `No runs yet. Journals are kept in ${cli.stateDir}.`;
  const cells = rows.map((row) => [row.run, row.command, row.outcome, row.exitCode?.toString() ?? "", row.about]);
  return table(["Run (UTC)", "Command", "Outcome", "Exit", "About"], cells, cli.style.width);
}
