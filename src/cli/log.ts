import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { flag, text } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { fromErrno } from "../transfer/places/errno.ts";
import { defineCommand, type CliContext } from "./command.ts";

export const logCommand = defineCommand({
  name: "log",
  summary: "Explain a DIRSYNC.LOG: runs, messages, meaning, remedy",
  positionals: [{ name: "file", describe: "DIRSYNC.LOG, DSSERVER.LOG, CENTRAL.LOG or IMPORT.LOG", required: false }],
  options: {
    postoffice: text("Postoffice whose LOG\\DIRSYNC.LOG to explain, instead of a file", { placeholder: "DIR" }),
    all: flag("Show normal lines too, not only what is of note", { alias: "a" }),
  },
  exitStatus: [
    [EXIT.done, "explained"],
    [EXIT.usage, "no file named"],
    [EXIT.transfer, "the file cannot be read"],
  ],
  examples: [
    ["resync log M:\\LOG\\DIRSYNC.LOG", "what went wrong and what to do"],
    ["resync log --postoffice /srv/maildata --all", "every line"],
  ],
  async run({ postoffice, all }, { file }, cli) {
    const path = file === undefined ? await logOf(postoffice, cli) : resolve(cli.cwd, file);
    const { explainLog } = await import("../import/dirsync-log/explain.ts");
    const { showLog } = await import("./log-text.ts");
    const bytes = await readFile(path).catch((error: unknown) => {
      throw fromErrno(error, path);
    });
    const log = explainLog(bytes);
    return {
      exitCode: EXIT.done,
      outcome: "explained",
      data: { file: path, ...log },
      text: showLog(log, cli.style, all),
    };
  },
});

async function logOf(postoffice: string | undefined, cli: CliContext): Promise<string> {
  if (postoffice === undefined) {
    throw new ResyncError("USAGE", {
      message: "Name a log file, or a postoffice with --postoffice.",
      state: "Nothing was read.",
    });
  }
  const { findFile, openPostoffice } = await import("../import/postoffice/postoffice.ts");
  const opened = await openPostoffice(resolve(cli.cwd, postoffice));
  const log = await findFile(opened, "LOG", "DIRSYNC.LOG");
  if (log !== undefined) return log;
  throw new ResyncError("NOT_FOUND", {
    message: `${opened.root} has no LOG\\DIRSYNC.LOG: no dirsync program has written there yet.`,
    state: "Nothing was changed.",
  });
}
