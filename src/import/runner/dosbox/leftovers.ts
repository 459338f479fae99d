import { readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { identify } from "../../../journal/process-identity.ts";

/** The beginning of the name of an exchange folder: it names its maker, so that the next run knows a dead one's. */
export function exchangePrefix(): string {
  return `${ours()}${process.pid}-`;
}

/** Removes exchange folders of runs that were killed: one killed before its program started has the password in it. Never throws. */
export async function removeLeftovers(): Promise<void> {
  const folders = await readdir(tmpdir()).catch(() => []);
  for (const folder of folders.filter((name) => name.startsWith(ours()))) {
    const pid = Number(folder.slice(ours().length).split("-")[0]);
    if (!Number.isInteger(pid) || (await identify(pid)) !== undefined) continue;
    await rm(join(tmpdir(), folder), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** With the host's name: containers may share a temporary folder and not their process numbers. */
function ours(): string {
  return `resync-dosbox-${hostname().replaceAll(/\W/gu, "_").slice(0, 20)}-`;
}
