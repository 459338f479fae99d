import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DXA_KEY, DXA_SERVICE, type DssHost } from "../../src/push/generate/dss-host.ts";
import { openWindowsHost } from "../../src/push/generate/hosts/windows.ts";
import { wineMachine } from "../../src/push/generate/hosts/windows/wine.ts";
import { masterList } from "../support/master-list.ts";

const SOURCE = fileURLToPath(new URL("../../fixtures/wine/", import.meta.url));
/** Debian's `wine` is a shell script, which takes longer than what it starts. */
const LOADER = "/usr/lib/wine/wine64";
const WINE = existsSync(LOADER) ? LOADER : "wine";
const COMPILER = "x86_64-w64-mingw32";
const run = promisify(execFile);

/** A Windows made by Wine, with a service MSExchangeDX that plays the DXA. */
export interface WineHost {
  /** The Wine prefix, and what `C:` is on this machine. */
  readonly prefix: string;
  readonly drive: string;
  readonly dxadata: string;
  /** The program that starts Windows programs, and what it needs. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The list that the service writes, and the requestors that it was asked for the last time. */
  readonly list: Buffer;
  asked(): Promise<string[]>;
  /** Its registry, services and folders, by our own code. */
  open(): DssHost;
  /** Runs a Windows program to its end; gives what it printed. */
  wine(...args: string[]): Promise<string>;
  /** Sets a DWORD of the service's Parameters (fixtures/wine/dxa.c). */
  knob(name: string, value: number): Promise<void>;
  /** All knobs at 0, no value left in the service's key by a push, Dxadata empty, the service running. */
  reset(): Promise<void>;
  /** Compiles a program of fixtures/wine to a file of drive C. */
  build(name: string, to: string): Promise<void>;
  stop(): Promise<void>;
}

/** The programs this needs, for `need`. */
export const WINE_PROGRAMS = ["wine", "wineserver", `${COMPILER}-gcc`, `${COMPILER}-windres`];

/** Makes a prefix of its own (700 MB, 10 s) and starts the service in it. Without a screen. */
export async function startWine(): Promise<WineHost> {
  const base = await mkdtemp(join(tmpdir(), "resync-wine-"));
  const prefix = join(base, "prefix");
  const drive = join(prefix, "drive_c");
  const dxadata = join(drive, "exchsrvr/dxadata");
  // A home of its own, and no drive Z: Wine would link its folders to what it finds here.
  const home = join(base, "home");
  await mkdir(home);
  const own = {
    HOME: home,
    WINEPREFIX: prefix,
    WINEDEBUG: "-all",
    DISPLAY: "",
    ...(WINE === LOADER && { WINELOADER: WINE }),
  };
  const environment = { ...process.env, ...own };
  const env = { ...environment, WINEDLLOVERRIDES: "mscoree,mshtml=" };
  const wine = async (...args: string[]): Promise<string> =>
    (await run(WINE, args, { env, cwd: drive, timeout: 120_000 })).stdout;
  /** For what leaves servers behind, which would keep a pipe open for ever. */
  const quietly = async (program: string, ...args: string[]): Promise<void> => {
    await once(spawn(program, args, { env, cwd: base, stdio: "ignore", timeout: 120_000 }), "exit");
  };
  const shutDown = async (): Promise<void> => {
    await quietly("wineserver", "-k");
    await quietly("wineserver", "-w");
  };
  const stop = async (): Promise<void> => {
    await shutDown();
    await rm(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  const build = async (name: string, to: string): Promise<void> => {
    const source = join(base, `${name}.c`);
    await cp(join(SOURCE, `${name}.c`), source);
    await run(`${COMPILER}-gcc`, [
      "-O2",
      "-s",
      "-municode",
      "-o",
      join(drive, to),
      source,
      ...(await resources(base, name)),
    ]);
  };
  const open = (): DssHost => openWindowsHost(wineMachine({ prefix, program: WINE }));
  let turned = false;
  const list = Buffer.from(await masterList(["HARBOUR"]));
  try {
    await quietly(WINE, "wineboot", "-i");
    await unlink(join(prefix, "dosdevices/z:"));
    await mkdir(join(drive, "exchsrvr/bin"), { recursive: true });
    await mkdir(dxadata);
    await build("dxa", "exchsrvr/bin/dxa.exe");
    await writeFile(join(drive, "exchsrvr/list.glb"), list);
    const display = ["DisplayName=", "Microsoft Exchange Directory Synchronization"];
    await wine("sc", "create", DXA_SERVICE, "binPath=", "C:\\exchsrvr\\bin\\dxa.exe", "start=", "auto", ...display);
    await wine("reg", "add", SETUP, "/v", "Services", "/t", "REG_SZ", "/d", "C:\\exchsrvr", "/f");
    // As a restart of the machine: the service manager starts the service. It must stay (-p), or all services end with the last program;
    // not for ever, should these tests be killed.
    await shutDown();
    await quietly("wineserver", "-p600");
    await quietly(WINE, "sc", "query", DXA_SERVICE);
    return {
      prefix,
      drive,
      dxadata,
      program: WINE,
      environment,
      list,
      asked: async () =>
        (await readFile(join(drive, "exchsrvr/asked.txt"), "utf16le")).replace(/\0+$/u, "").split("\0"),
      open,
      wine,
      async knob(name, value) {
        turned = true;
        await wine("reg", "add", PARAMETERS, "/v", name, "/t", "REG_DWORD", "/d", String(value), "/f");
      },
      async reset() {
        if (turned) await wine("reg", "delete", PARAMETERS, "/f");
        turned = false;
        await reset(open(), dxadata);
      },
      build,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SETUP = "HKLM\\SOFTWARE\\Microsoft\\Exchange\\Setup";
const PARAMETERS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX\\Parameters";

async function reset(host: DssHost, dxadata: string): Promise<void> {
  await running(host);
  for (const name of (await host.listValues(DXA_KEY)).keys()) {
    if (/resync/iu.test(name)) await host.deleteValue(DXA_KEY, name);
  }
  await rm(dxadata, { recursive: true, force: true });
  await mkdir(dxadata);
}

/** Waits until the service runs, having started it where need be. */
async function running(host: DssHost): Promise<void> {
  for (;;) {
    const { state } = await host.queryService(DXA_SERVICE);
    if (state === "running") return;
    if (state === "stopped") await host.requestStart(DXA_SERVICE);
  }
}

/** The program's resources as an object file, if it has any. */
async function resources(base: string, name: string): Promise<string[]> {
  if (name !== "dxa") return [];
  const object = join(base, `${name}.o`);
  await run(`${COMPILER}-windres`, [join(SOURCE, `${name}.rc`), object]);
  return [object, "-ladvapi32"];
}
