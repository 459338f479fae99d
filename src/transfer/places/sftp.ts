import { posix } from "node:path";
import { ResyncError, throwIfAborted } from "../../errors.ts";
import { silentReporter, type Reporter } from "../../report/reporter.ts";
import { connectSftp, type SftpConnection } from "../ssh/connection.ts";
import type { SshOptions } from "../ssh/options.ts";
import { formatPlaceAddress, normalizeSftpPath, type SftpAddress } from "../place-address.ts";
import type { Place, PlacePath } from "../place.ts";
import { refuseSameOrElsewhere } from "./checks.ts";
import { serialQueue } from "./queue.ts";
import { fromSftp } from "./sftp-errors.ts";
import { describe, kindOf, listSftp, statSftp } from "./sftp-files.ts";
import { createSftpFile } from "./sftp-create.ts";
import { readBlocks } from "./sftp-read.ts";
import { replaceSftp } from "./sftp-replace.ts";

export interface SftpPlaceOptions {
  readonly ssh: SshOptions;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

/** Connects to a folder behind an SSH server. Throws what connecting throws (`connectSftp`). */
export async function sftpPlace(address: SftpAddress, options: SftpPlaceOptions): Promise<Place> {
  const connection = await connectSftp(address, options.ssh, options.reporter ?? silentReporter, options.signal);
  try {
    return placeOn(connection, formatPlaceAddress(address), await resolveRoot(connection, address.path));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function placeOn(connection: SftpConnection, label: string, root: string): Place {
  const { sftp } = connection;
  const queue = serialQueue();
  const absolute = (path?: PlacePath): string => (path === undefined ? root : posix.join(root, path));
  const named = (path?: PlacePath): string => (path === undefined ? label : `${label.replace(/\/$/u, "")}/${path}`);
  const atomicReplace = connection.offers("posix-rename@openssh.com") && !deletesBeforeRenaming(connection.software);

  return {
    label,
    capabilities: { atomicReplace, fsync: connection.offers("fsync@openssh.com"), modes: true, shareModes: false },

    list: (folder, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        return listSftp(connection, absolute(folder), named(folder), options);
      }),

    stat: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const found = await statSftp(connection, absolute(path), named(path), options);
        return found && describe(posix.basename(path), found);
      }),

    async *read(path, options = {}) {
      throwIfAborted(options.signal);
      const found = await statSftp(connection, absolute(path), named(path), options);
      if (found === undefined) throw new ResyncError("NOT_FOUND", { message: `${named(path)} does not exist.` });
      const kind = kindOf(found);
      if (kind === "folder") throw new ResyncError("IS_A_FOLDER", { message: `${named(path)} is a folder.` });
      if (kind === "other")
        throw new ResyncError("IO", { message: `${named(path)} is a device, pipe or socket, not a file.` });
      const handle = await connection
        .ask<Buffer>((answer) => sftp.open(absolute(path), "r", answer))
        .catch((error: unknown) => {
          throw fromSftp(error, named(path));
        });
      try {
        yield* readBlocks(connection, handle, found.size, named(path), options);
      } finally {
        await connection
          .ask<void>((answer) => sftp.close(handle, (error) => answer(error, undefined)))
          .catch(() => undefined);
      }
    },

    writeNew: (path, source, options = {}) =>
      queue(async () => {
        throwIfAborted(options.signal);
        return createSftpFile(connection, { path: absolute(path), label: named(path), name: path }, source, options);
      }),

    replace: (from, to, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        refuseSameOrElsewhere(label, from, to);
        const byPath = new Map([from, to].map((path) => [absolute(path), named(path)]));
        const names = { from: absolute(from), to: absolute(to), label: (path: string) => byPath.get(path) ?? path };
        return replaceSftp(connection, names, atomicReplace);
      }),

    remove: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        const found = await statSftp(connection, absolute(path), named(path), { ...options, follow: false });
        if (found === undefined) return;
        if (kindOf(found) === "folder")
          throw new ResyncError("IS_A_FOLDER", { message: `${named(path)} is a folder and was not removed.` });
        await connection
          .ask<void>((answer) => sftp.unlink(absolute(path), (error) => answer(error, undefined)))
          .catch((error: unknown) => {
            const failure = fromSftp(error, named(path));
            if (failure.code !== "NOT_FOUND") throw failure;
          });
      }),

    close: async () => connection.close(),
  };
}

/** The absolute path of the place's folder; `~` is where the server puts us after the login. */
async function resolveRoot(connection: SftpConnection, path: string): Promise<string> {
  if (path !== "~" && !path.startsWith("~/")) return path;
  const home = await connection
    .ask<string>((answer) => connection.sftp.realpath(".", answer))
    .catch((error: unknown) => {
      throw fromSftp(error, "The login folder");
    });
  return posix.join(normalizeSftpPath(home), path.slice(1));
}

/** Windows' OpenSSH up to 8.1 removed the old file before it renamed the new one (Win32-OpenSSH issue 1534). */
function deletesBeforeRenaming(software: string): boolean {
  const version = /^OpenSSH_for_Windows_(\d+)\.(\d+)/u.exec(software);
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 8 || (major === 8 && minor <= 1);
}
