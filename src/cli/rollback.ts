import { flag } from "../config/option.ts";
import { EXIT } from "../errors.ts";
import { defineCommand } from "./command.ts";
import { runNamed } from "./recover.ts";
import { withRun } from "./with-run.ts";

export const rollbackCommand = defineCommand({
  name: "rollback",
  summary: "Take an import back, as long as nobody has written since",
  positionals: [{ name: "run", describe: "The import's run, as resync history names it", required: true }],
  options: {
    "dry-run": flag("Name each file that would change, change nothing", { alias: "n" }),
  },
  exitStatus: [
    [EXIT.done, "the postoffice is as it was before the import"],
    [EXIT.usage, "there is no such run"],
    [EXIT.preflight, "the run left nothing to take back"],
    [EXIT.notRolledBack, "others have written since; nothing was changed"],
    [EXIT.locked, "an import is at work on this postoffice"],
  ],
  examples: [["resync rollback 20261123-214030-k3f9", "the postoffice as before that import"]],
  async run(values, { run = "" }, cli) {
    const record = await runNamed(run, cli);
    const { rollbackRun } = await import("../import/rollback-run.ts");
    const dryRun = values["dry-run"];
    const plan = { command: "rollback", about: `import ${run}`, data: { of: run }, dryRun };
    return withRun(plan, cli, async (context) => {
      const done = await rollbackRun(record.entries, context);
      const text = dryRun
        ? "Dry run: nothing was changed."
        : `The postoffice is as it was before run ${run}: ${done.restored.length} files put back, ${done.removed.length} removed.`;
      return { exitCode: EXIT.done, outcome: dryRun ? "dry run" : "rolled back", data: done, text };
    });
  },
});
