import { readFile } from "node:fs/promises";
import { DXA_EXE, localPath } from "./paths.ts";

/** What stands in the file that plays Dxa.exe: no program, only a version to read. */
export function standInProgram(version: string): string {
  return `This file stands in for Dxa.exe on a simulated DSS.\r\nFileVersion: ${version}\r\n`;
}

/** The version written in a stand-in program; `undefined` when the file is missing or holds none. */
export async function standInVersion(dir: string, windowsPath: string): Promise<string | undefined> {
  try {
    const text = await readFile(localPath(dir, windowsPath), "latin1");
    return /^FileVersion: (\d+(?:\.\d+){1,3})\s*$/mu.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** The simulated Dxa.exe's version. */
export function programVersion(dir: string): Promise<string | undefined> {
  return standInVersion(dir, DXA_EXE);
}
