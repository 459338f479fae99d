import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ResyncError } from "../../errors.ts";

/** The Exchsrvr folder of a simulated DSS (Q149205). */
export const EXCHSRVR = "C:\\exchsrvr";
/** Where Dxadata lies unless `DXADataPath` says otherwise (Q185504). */
export const DXADATA = `${EXCHSRVR}\\dxadata`;
/** The service's program (Q143380). */
export const DXA_EXE = `${EXCHSRVR}\\bin\\dxa.exe`;
/** Where Windows lies, and a library of it that the DXA depends on (Q241117). */
export const WINNT = "C:\\WINNT";
export const MSVCRT_DLL = `${WINNT}\\system32\\msvcrt.dll`;
/** The name under which the DXA writes the master list (Q150976). */
export const RESYNC_GLB = "Resync.glb";

/** The files that make a folder a simulated DSS, by what they hold. */
export function dssFiles(dir: string) {
  return {
    /** What was asked for when it was built; also the mark that the folder is a simulated DSS. */
    about: join(dir, "dss.json"),
    registry: join(dir, "registry.json"),
    service: join(dir, "service.json"),
    requestors: join(dir, "requestors.json"),
    knobs: join(dir, "knobs.json"),
    events: join(dir, "events.jsonl"),
    /** Present from a list on until a start without the value, which the failure `needs-second-restart` waits for. */
    exhausted: join(dir, "exhausted"),
    /** Recipients read from a directory file, sorted by list. */
    recipients: join(dir, "recipients"),
    /** Marks of the files that the DXA holds open. */
    openFiles: join(dir, "open-files"),
  };
}

/**
 * The local path for a Windows path: `C:\exchsrvr` is `DIR/C/exchsrvr`. Parts that exist are found in any case, as Windows does.
 * Throws `NAME_INVALID` for anything but an absolute path with a drive letter.
 */
export function localPath(dir: string, windowsPath: string): string {
  const drive = /^([a-z]):(?:[\\/]|$)/iu.exec(windowsPath)?.[1]?.toUpperCase();
  const parts = windowsPath
    .slice(2)
    .split(/[\\/]/u)
    .filter((part) => part !== "");
  if (drive === undefined || parts.some((part) => part === "." || part === ".." || part.includes(":"))) {
    throw new ResyncError("NAME_INVALID", {
      message: `"${windowsPath}" is not an absolute path of the simulated DSS in ${dir}.`,
      facts: { path: windowsPath },
    });
  }
  return [drive, ...parts].reduce((folder, part) => join(folder, spelled(folder, part)), dir);
}

function spelled(folder: string, part: string): string {
  return entries(folder).find((entry) => entry.toLowerCase() === part.toLowerCase()) ?? part;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
