import { resolve } from "node:path";
import { flag, text } from "../config/option.ts";
import { EXIT, ResyncError } from "../errors.ts";
import { breakLock, inspectLock } from "../journal/lock.ts";
import { defineCommand, type CliContext } from "./command.ts";

export const unlockCommand = defineCommand({
  name: "unlock",
  summary: "Remove the lock of a run whose process is dead",
  options: {
    postoffice: text("The postoffice that is locked", { placeholder: "DIR" }),
    dss: text("The DSS that is locked, as --dss named it", { placeholder: "DSS" }),
    force: flag("Also a lock held on another machine, after asking whether its run is dead"),
  },
  exitStatus: [
    [EXIT.done, "unlocked, or there was no lock"],
    [EXIT.usage, "nothing was named, or nobody can be asked"],
    [EXIT.locked, "the holder is alive"],
  ],
  examples: [["resync unlock --postoffice /srv/maildata", "after resync recover, when a lock is left"]],
  async run(values, _positionals, cli) {
    const { file, what } = await lockNamed(values, cli);
    const found = await inspectLock(file, cli.clock);
    if (found.state === "free") {
      return { exitCode: EXIT.done, outcome: "free", data: { lock: file }, text: `${what} is not locked.` };
    }
    const elsewhere = found.state === "elsewhere" && values.force;
    if (elsewhere) {
      const { user, host, pid, since, run } = found.holder;
      const question = `Run ${run} of ${user} on ${host} (process ${pid}, since ${since}) is really dead, and recovered?`;
      if (!(await cli.confirm(question))) throw notConfirmed();
    }
    await breakLock(file, { clock: cli.clock, what, force: elsewhere });
    return { exitCode: EXIT.done, outcome: "unlocked", data: { lock: file }, text: `${what} is unlocked.` };
  },
});

async function lockNamed(
  { postoffice, dss }: { postoffice: string | undefined; dss: string | undefined },
  cli: CliContext,
): Promise<{ file: string; what: string }> {
  if (postoffice !== undefined) {
    const { lockFile, lockedThing } = await import("../import/lock.ts");
    const { openPostoffice } = await import("../import/postoffice/postoffice.ts");
    const opened = await openPostoffice(resolve(cli.cwd, postoffice));
    return { file: await lockFile(opened), what: lockedThing(opened) };
  }
  if (dss === undefined) {
    throw new ResyncError("USAGE", {
      message: "Name what is locked: --postoffice DIR or --dss DSS.",
      state: "Nothing was changed.",
    });
  }
  const { dssLockFile } = await import("../push/mend.ts");
  const { openDss } = await import("./dss.ts");
  const host = await openDss(dss, {}, cli);
  await host.close();
  return { file: dssLockFile(cli.stateDir, host.label), what: `The DSS ${host.label}` };
}

function notConfirmed(): ResyncError {
  return new ResyncError("USAGE", {
    message: "Nobody confirmed that the holder of the lock is dead.",
    state: "The lock stands.",
    hint: "Look on that machine; run resync recover there. Then answer yes at a terminal.",
  });
}
