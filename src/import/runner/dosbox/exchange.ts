import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMissing } from "../../files.ts";
import { LAUNCH_COM } from "./launch-com.ts";
import { exchangePrefix, removeLeftovers } from "./leftovers.ts";
import { machineConfig, type Mount } from "./machine.ts";

/** What LAUNCH.COM reported as its last act (launch.asm). */
export type LaunchResult =
  | { readonly kind: "ended"; readonly exitCode: number }
  | { readonly kind: "postoffice-not-seen" | "program-not-seen" }
  | { readonly kind: "not-executed"; readonly dosError: number };

/** The private folder through which one run talks with LAUNCH.COM. */
export interface Exchange {
  /** dosbox.conf of this run. */
  readonly config: string;
  /** True when LAUNCH.COM was about to start the program. */
  started(): Promise<boolean>;
  /** True when the program has waited for a key. */
  waitsForKey(): Promise<boolean>;
  /** What the program wrote to stdout and stderr from byte `offset` on, so far. */
  output(offset: number): Promise<Buffer>;
  /** The text screen as it was left, its lines without trailing blanks; empty when nothing was on it. */
  textScreen(decode: (bytes: Uint8Array) => string): Promise<string>;
  /** `undefined` when the emulator ended before LAUNCH.COM did. */
  result(): Promise<LaunchResult | undefined>;
  remove(): Promise<void>;
}

export interface ExchangeInput {
  readonly driveLetter: string;
  /** As DOS finds it: `N:\IMPORT.EXE`. */
  readonly program: string;
  /** With its leading blank, at most 126 bytes. Holds the password. */
  readonly tail: Buffer;
  readonly mounts: readonly Mount[];
}

/**
 * A new private folder (0700). The password is in one file of it (0600), which LAUNCH.COM deletes before it starts the program; all is removed
 * by `remove`.
 */
export async function openExchange({ driveLetter, program, tail, mounts }: ExchangeInput): Promise<Exchange> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), exchangePrefix()));
  const driveC = join(folder, "C");
  const config = join(folder, "dosbox.conf");
  const inC = (name: string) => join(driveC, name);
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await mkdir(driveC, { mode: 0o700 });
    await writeFile(config, machineConfig([{ letter: "C", folder: driveC }, ...mounts], "C:\\LAUNCH.COM"), PRIVATE);
    await writeFile(inC("LAUNCH.COM"), LAUNCH_COM, PRIVATE);
    await writeFile(inC("LAUNCH.ARG"), launchArguments(driveLetter, program, tail), PRIVATE);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    config,
    started: async () => (await readIfThere(inC("STARTED"))) !== undefined,
    waitsForKey: async () => (await readIfThere(inC("KEYWAIT"))) !== undefined,
    output: (offset) => readFrom(inC("OUT.TXT"), offset),
    textScreen: async (decode) => trimScreen(decode((await readIfThere(inC("SCREEN.TXT"))) ?? Buffer.alloc(0))),
    result: async () => parseResult((await readIfThere(inC("RESULT.TXT")))?.toString("latin1") ?? ""),
    remove,
  };
}

const PRIVATE = { mode: 0o600, flag: "wx" };

/** Drive letter, program path in 15 bytes, DOS command tail: count, bytes, CR (launch.asm). */
function launchArguments(driveLetter: string, program: string, tail: Buffer): Buffer {
  const path = Buffer.alloc(15);
  path.write(program, "latin1");
  return Buffer.concat([Buffer.from(driveLetter), path, Buffer.from([tail.length]), tail, Buffer.from("\r")]);
}

function parseResult(text: string): LaunchResult | undefined {
  const [, letter, , code = ""] = /^([PNXE])([0-9A-F]{2})([0-9A-F]{2})$/u.exec(text) ?? [];
  if (letter === "P") return { kind: "postoffice-not-seen" };
  if (letter === "N") return { kind: "program-not-seen" };
  if (letter === "X") return { kind: "not-executed", dosError: Number.parseInt(code, 16) };
  return letter === "E" ? { kind: "ended", exitCode: Number.parseInt(code, 16) } : undefined;
}

function trimScreen(text: string): string {
  return text
    .replaceAll("\0", " ")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function readFrom(file: string, offset: number): Promise<Buffer> {
  let handle;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0);
    throw error;
  } finally {
    await handle?.close();
  }
}
