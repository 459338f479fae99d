import { readdir, readFile, readlink, realpath, statfs } from "node:fs/promises";

/** A process of this machine that has a file open. */
export interface Holder {
  readonly pid: number;
  /** Its short name: `smbd`, `dosbox`. */
  readonly name: string;
}

/**
 * The processes of this machine, but for this one, that have `file` open. `undefined` where that cannot be told: not on Linux, not as root (who
 * alone sees all), or when the file comes over a network, whose other clients nobody here sees.
 */
export async function holdersOf(file: string): Promise<Holder[] | undefined> {
  if (process.platform !== "linux" || process.geteuid?.() !== 0 || (await comesOverNetwork(file))) return undefined;
  const path = await realpath(file);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid);
  const held = await Promise.all(pids.map(async (pid) => ((await hasOpen(pid, path)) ? pid : undefined)));
  return Promise.all(
    held.flatMap((pid) => pid ?? []).map(async (pid) => ({ pid: Number(pid), name: await nameOf(pid) })),
  );
}

/** NFS, SMB (three numbers), NCP, FUSE, 9P, AFS in statfs(2). */
const NETWORKS: readonly number[] = [
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x564c, 0x65735546, 0x01021997, 0x5346414f,
];

async function comesOverNetwork(file: string): Promise<boolean> {
  return NETWORKS.includes((await statfs(file)).type >>> 0);
}

/** False for a process that has ended meanwhile. */
async function hasOpen(pid: string, path: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const links = await Promise.all(descriptors.map(async (fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  return links.includes(path);
}

async function nameOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?")).trim();
}
