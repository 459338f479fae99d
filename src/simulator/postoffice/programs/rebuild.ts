import { rebuildBanner } from "./banner.ts";
import { beforeStep, fails, hang, type ProgramCall } from "./call.ts";
import { collectNames } from "./gal/collect.ts";
import { hasCorruptAddresses, installGal, writeTemporaries } from "./gal/files.ts";
import { dirsyncLog, type DirsyncLog } from "./log.ts";

/**
 * The stand-in for REBUILD.EXE: `rebuild -f -d<drive>`, no mailbox, no password (Q96060). Success is the banner, the number of entries
 * and a blank Status line (Q148364).
 */
export async function runRebuild(call: ProgramCall): Promise<void> {
  const { files, argv } = call;
  if (!argv.some((argument) => argument.toLowerCase() === "-f") && !(await mayContinue(call))) return;
  const log = dirsyncLog(files, {
    version: call.simulation.version,
    now: () => call.clock.now(),
    screen: call.screen,
    writable: true,
    messages: true,
  });
  log.status(rebuildBanner(call.simulation.version));
  if (fails(call, "rebuild-202") || files.isReadOnly("GLB/MASTER.GLB")) log.message("Fatal", 202);
  if (!files.exists("GLB/MASTER.GLB")) return log.message("Fatal", 202);
  // A zero-byte ADMIN.NME halts the program (Q119018).
  if (files.size("NME/ADMIN.NME") === 0 || fails(call, "rebuild-hang")) await hang();
  if (hasCorruptAddresses(files)) return log.message("Fatal", 39);
  await rebuild(call, log);
}

async function rebuild(call: ProgramCall, log: DirsyncLog): Promise<void> {
  await beforeStep(call);
  const names = collectNames(call.files, log);
  if (fails(call, "rebuild-204")) return log.message("Fatal", 204);
  log.status(`Number of entries in GAL: ${String(names.length).padStart(8)}`);
  await beforeStep(call);
  if (fails(call, "rebuild-no-blank-line")) return call.files.write("NME/GAL$.NME", "");
  writeTemporaries(call.files, names);
  const held = fails(call, "rebuild-203") ? "GAL.NME" : installGal(call.files);
  if (held === undefined) return log.status("");
  log.message("Fatal", 203, held);
  log.continued("Fatal", "  Global Address List not installed.");
}

/** Without `-f` REBUILD asks (Q96060); the wording is an assumption. */
async function mayContinue(call: ProgramCall): Promise<boolean> {
  return /^y/iu.test((await call.ask("Rebuild the global address list (Y/N)? ")) ?? "");
}
