import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../../../errors.ts";
import type { WindowsMachine } from "./machine.ts";

/** A Windows made by Wine: its prefix (an absolute path), and how the program is called. */
export interface WineOptions {
  readonly prefix: string;
  /** Default `wine`. */
  readonly program?: string;
}

/**
 * A Wine prefix as a Windows machine. Its wineserver must be running (`wineserver -p`), or the services end seconds after each
 * program that was run.
 */
export function wineMachine({ prefix, program = "wine" }: WineOptions): WindowsMachine {
  return {
    label: `windows:wine:${prefix}`,
    command: (name) => [program, name],
    environment: { WINEPREFIX: prefix, WINEDEBUG: "-all", DISPLAY: "" },
    hostPath: (windowsPath) => pathInPrefix(prefix, windowsPath),
    temporaryFile: (name) => ({
      hostPath: join(prefix, "drive_c", "windows", "temp", name),
      windowsPath: `C:\\windows\\temp\\${name}`,
    }),
  };
}

/** The path behind a drive letter; names are looked for in any case, as Wine does, and taken as they are where there is no such name. */
async function pathInPrefix(prefix: string, windowsPath: string): Promise<string> {
  const found = /^([a-z]):[\\/]?(.*)$/isu.exec(windowsPath);
  if (found === null) {
    throw new ResyncError("NAME_INVALID", {
      message: `${windowsPath} is not a path with a drive letter.`,
      facts: { path: windowsPath },
    });
  }
  let path = join(prefix, "dosdevices", `${(found[1] ?? "").toLowerCase()}:`);
  for (const part of (found[2] ?? "").split(/[\\/]/u).filter((name) => name !== "")) {
    const names = await readdir(path).catch((): string[] => []);
    const exact = names.includes(part) ? part : names.find((name) => name.toLowerCase() === part.toLowerCase());
    path = join(path, exact ?? part);
  }
  return path;
}
