import { execa } from "execa";
import { machine } from "node:os";

/** What a native run asks of the Windows it runs on. */
export interface WindowsHost {
  readonly platform: NodeJS.Platform;
  /** False on 64-bit Windows, which cannot run DOS programs. */
  readonly runsDos: boolean;
  /** Paths or names of Windows' own programs. */
  readonly subst: string;
  readonly taskkill: string;
  /** The root folder of a drive: `M:\`. */
  driveRoot(letter: string): string;
}

/** The machine we run on. */
export const thisWindows: WindowsHost = {
  platform: process.platform,
  runsDos: !/64/u.test(machine()),
  subst: "subst",
  taskkill: "taskkill",
  driveRoot: (letter) => `${letter}:\\`,
};

/** The folders that stand behind SUBSTed drive letters. `subst` prints `M:\: => C:\MAILDATA`. */
export async function substituted(host: WindowsHost): Promise<Map<string, string>> {
  const { stdout } = await execa(host.subst, [], { stdin: "ignore" });
  const lines = stdout.split(/\r?\n/u).map((line) => /^([A-Z]):\\: => (.+)$/iu.exec(line));
  return new Map(lines.flatMap((found) => (found ? [[(found[1] ?? "").toUpperCase(), found[2] ?? ""]] : [])));
}

/** Puts `folder` behind a drive letter. */
export async function substitute(host: WindowsHost, letter: string, folder: string): Promise<void> {
  await execa(host.subst, [`${letter}:`, folder], { stdin: "ignore", all: true });
}

/** Takes the letter away again. */
export async function unsubstitute(host: WindowsHost, letter: string): Promise<void> {
  await execa(host.subst, [`${letter}:`, "/D"], { stdin: "ignore", all: true });
}

/** Ends a process and all it started; one that is gone already is no failure. */
export async function killTree(host: WindowsHost, pid: number): Promise<void> {
  await execa(host.taskkill, ["/PID", String(pid), "/T", "/F"], { stdin: "ignore", reject: false });
}
