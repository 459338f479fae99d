import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SOURCE = fileURLToPath(new URL("../../fixtures/wine/", import.meta.url));
const COMPILER = "x86_64-w64-mingw32";
const run = promisify(execFile);

/** A Windows made by Wine, with a service MSExchangeDX that plays the DXA. */
export interface WineHost {
  /** The Wine prefix, and what `C:` is on this machine. */
  readonly prefix: string;
  readonly drive: string;
  readonly dxadata: string;
  /** Runs a Windows program to its end; gives what it printed. */
  wine(...args: string[]): Promise<string>;
  /** Sets a DWORD of the service's Parameters (fixtures/wine/dxa.c). */
  knob(name: string, value: number): Promise<void>;
  stop(): Promise<void>;
}

/** The programs this needs, for `need`. */
export const WINE_PROGRAMS = ["wine", "wineserver", `${COMPILER}-gcc`, `${COMPILER}-windres`];

/** Makes a prefix of its own (700 MB, 10 s) and starts the service in it. Without a screen. */
export async function startWine(): Promise<WineHost> {
  const base = await mkdtemp(join(tmpdir(), "resync-wine-"));
  const prefix = join(base, "prefix");
  const home = join(base, "home");
  await mkdir(home);
  // A home of its own, and no drive Z: Wine would link its folders to what it finds here.
  const env = { ...process.env, HOME: home, WINEPREFIX: prefix, WINEDEBUG: "-all", DISPLAY: "" };
  const options = { env: { ...env, WINEDLLOVERRIDES: "mscoree,mshtml=" }, cwd: base, timeout: 60_000 };
  const drive = join(prefix, "drive_c");
  const wine = async (...args: string[]): Promise<string> =>
    (await run("wine", args, { ...options, cwd: drive })).stdout;
  /** For what leaves servers behind, which would keep a pipe open for ever. */
  const quietly = async (program: string, ...args: string[]): Promise<void> => {
    await once(spawn(program, args, { ...options, stdio: "ignore" }), "exit");
  };
  const shutDown = async (): Promise<void> => {
    await quietly("wineserver", "-k");
    await quietly("wineserver", "-w");
  };
  const stop = async (): Promise<void> => {
    await shutDown();
    await rm(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  try {
    await quietly("wine", "wineboot", "-i");
    await unlink(join(prefix, "dosdevices/z:"));
    await mkdir(join(drive, "exchsrvr/dxadata"), { recursive: true });
    await mkdir(join(drive, "exchsrvr/bin"));
    await build(base, join(drive, "exchsrvr/bin"));
    const display = ["DisplayName=", "Microsoft Exchange Directory Synchronization"];
    await wine("sc", "create", "MSExchangeDX", "binPath=", "C:\\exchsrvr\\bin\\dxa.exe", "start=", "auto", ...display);
    await wine("reg", "add", SETUP, "/v", "Services", "/t", "REG_SZ", "/d", "C:\\exchsrvr", "/f");
    // As a restart of the machine: the service manager starts the service. It must stay (-p), or all services end with the last program.
    await shutDown();
    await quietly("wineserver", "-p");
    await quietly("wine", "sc", "query", "MSExchangeDX");
    return {
      prefix,
      drive,
      dxadata: join(drive, "exchsrvr/dxadata"),
      wine,
      knob: async (name, value) =>
        void (await wine("reg", "add", PARAMETERS, "/v", name, "/t", "REG_DWORD", "/d", String(value), "/f")),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SETUP = "HKLM\\SOFTWARE\\Microsoft\\Exchange\\Setup";
const PARAMETERS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX\\Parameters";

async function build(work: string, bin: string): Promise<void> {
  await cp(SOURCE, join(work, "source"), { recursive: true });
  const at = { cwd: join(work, "source") };
  const compile = (name: string, ...more: string[]) =>
    run(`${COMPILER}-gcc`, ["-O2", "-s", "-municode", "-o", join(bin, `${name}.exe`), `${name}.c`, ...more], at);
  await run(`${COMPILER}-windres`, ["dxa.rc", "resources.o"], at);
  await compile("dxa", "resources.o", "-ladvapi32");
  await compile("show");
}
