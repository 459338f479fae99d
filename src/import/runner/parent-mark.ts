import { readdir, readFile } from "node:fs/promises";
import { identify, type ProcessIdentity } from "../../journal/process-identity.ts";

/** The environment variable by which a program, and all that it starts, can be told to be ours after a crash. Not a `RESYNC_*` setting. */
const NAME = "MSMAIL_RESYNC_STARTED_BY";

/** What this process's programs carry: its number and start. */
export async function parentMark(): Promise<string> {
  return `${process.pid} ${(await identify(process.pid))?.start ?? ""}`.trim();
}

/** The variable as it stands in a program's environment. */
export async function markedEnvironment(): Promise<Record<string, string>> {
  return { [NAME]: await parentMark() };
}

/** The running programs that carry a mark. Linux alone shows other processes' environments: elsewhere none is found. */
export async function findMarked(mark: string): Promise<ProcessIdentity[]> {
  if (process.platform !== "linux") return [];
  const wanted = `${NAME}=${mark}`;
  const found: ProcessIdentity[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/u.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
    const identity = environment.split("\0").includes(wanted) ? await identify(Number(name)) : undefined;
    if (identity) found.push(identity);
  }
  return found;
}
