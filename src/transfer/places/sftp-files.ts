import { posix } from "node:path";
import type { FileEntryWithStats, Stats } from "ssh2";
import { ResyncError } from "../../errors.ts";
import type { SftpConnection } from "../ssh/connection.ts";
import type { PlaceEntry, PlaceOptions } from "../place.ts";
import { untilAborted } from "../../abort.ts";
import { fromSftp, statusOf } from "./sftp-errors.ts";

/** What stands under a path on the server; `undefined` for nothing. `follow` false looks at a link itself. */
export async function statSftp(
  connection: SftpConnection,
  path: string,
  label: string,
  { signal, follow = true }: PlaceOptions & { follow?: boolean } = {},
): Promise<Stats | undefined> {
  const { sftp } = connection;
  const asking = connection.ask<Stats>((answer) => (follow ? sftp.stat(path, answer) : sftp.lstat(path, answer)));
  try {
    return await untilAborted(asking, signal);
  } catch (error) {
    const failure = fromSftp(error, label);
    if (failure.code === "NOT_FOUND" || failure.code === "NOT_A_FOLDER") return undefined;
    throw failure;
  }
}

/** The entries of a folder; links are followed. Throws `NOT_FOUND`, `NOT_A_FOLDER`. */
export async function listSftp(
  connection: SftpConnection,
  path: string,
  label: string,
  options: PlaceOptions = {},
): Promise<PlaceEntry[]> {
  const found = await statSftp(connection, path, label, options);
  if (found === undefined)
    throw new ResyncError("NOT_FOUND", {
      message: `${label} does not exist.`,
      hint: "Check the path; resync makes no folders.",
    });
  if (kindOf(found) === "file") throw new ResyncError("NOT_A_FOLDER", { message: `${label} is a file, not a folder.` });
  const asking = connection.ask<FileEntryWithStats[]>((answer) => connection.sftp.readdir(path, answer));
  const entries = await untilAborted(asking, options.signal).catch((error: unknown) => {
    throw fromSftp(error, label);
  });
  const described = entries.map(async ({ filename, attrs }): Promise<PlaceEntry | undefined> => {
    if (kindOf(attrs) !== "other") return describe(filename, attrs);
    const target = await statSftp(connection, posix.join(path, filename), label, options).catch((error: unknown) => {
      if (statusOf(error) === undefined && connection.failure) throw error;
      return undefined;
    });
    return describe(filename, target ?? attrs);
  });
  return (await Promise.all(described)).filter((entry) => entry !== undefined);
}

/** An entry as a place shows it. */
export function describe(name: string, found: Stats): PlaceEntry {
  const kind = kindOf(found);
  const modified = Number.isFinite(found.mtime) ? new Date(found.mtime * 1000) : undefined;
  return { name, kind, size: kind === "file" ? found.size : 0, modified };
}

/** Servers may leave the mode out; what has a size and no kind is then taken for a file. */
export function kindOf(found: Stats): PlaceEntry["kind"] {
  if ((found.mode as number | undefined) === undefined)
    return (found.size as number | undefined) === undefined ? "other" : "file";
  if (found.isFile()) return "file";
  return found.isDirectory() ? "folder" : "other";
}
