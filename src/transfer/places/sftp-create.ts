import { posix } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { asResyncError, hasCode, ResyncError } from "../../errors.ts";
import type { SftpConnection } from "../ssh/connection.ts";
import type { WriteOptions } from "../place.ts";
import { fromSftp, SFTP_FAILURE, statusOf } from "./sftp-errors.ts";
import { statSftp } from "./sftp-files.ts";
import { freeBytes, readOnlyMedium } from "./sftp-space.ts";
import { writeBlocks } from "./sftp-write.ts";

/** WRITE, CREAT and EXCL of SFTP's open flags: a new file or none. */
const NEW_FILE = 0x02 | 0x08 | 0x20;
/** Milliseconds for taking away a part that was written; the caller waits for it, perhaps after Ctrl-C. */
const CLEAN_MS = 5_000;
/** A disk with less free than this is full: no further block would fit. */
const FULL_BELOW = 65_536;

/** A file to make: its absolute path, what to call it, and its path below the place. */
export interface NewFile {
  readonly path: string;
  readonly label: string;
  readonly name: string;
}

/**
 * Makes a file with mode 0600, writes and flushes it. On failure the part that was written is removed; where that cannot be known to
 * have worked, the failure's fact `leftBehind` names it.
 */
export async function createSftpFile(
  connection: SftpConnection,
  file: NewFile,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<number> {
  const { sftp } = connection;
  await refuseWhenTooSmall(connection, file, options.size);
  const handle = await openNew(connection, file);
  try {
    const written = await writeBlocks(connection, handle, source, options);
    if (connection.offers("fsync@openssh.com"))
      await connection.ask<unknown>((answer) => sftp.ext_openssh_fsync(handle, answer));
    await close(connection, handle);
    return written;
  } catch (error) {
    const failure = await explainWrite(connection, file, error);
    const removed = await Promise.race([
      removePart(connection, handle, file.path),
      pause(CLEAN_MS, false, { ref: false }),
    ]);
    if (removed) throw failure;
    throw asResyncError(failure).with({
      state: `A part of the file is left at the server as ${file.label}.`,
      facts: { leftBehind: file.name },
    });
  }
}

async function openNew(connection: SftpConnection, file: NewFile): Promise<Buffer> {
  const exists = async (): Promise<boolean> =>
    (await statSftp(connection, file.path, file.label, { follow: false })) !== undefined;
  const taken = new ResyncError("ALREADY_EXISTS", { message: `${file.label} exists already and was not touched.` });
  // Not every server heeds EXCL.
  if (await exists()) throw taken;
  try {
    return await connection.ask<Buffer>((answer) => connection.sftp.open(file.path, NEW_FILE, { mode: 0o600 }, answer));
  } catch (error) {
    const failure = fromSftp(error, file.label);
    if (statusOf(error) !== SFTP_FAILURE) throw failure;
    if (await exists()) throw taken;
    throw await explainWrite(connection, file, error);
  }
}

/** Status 4 says nothing; the server's free space may. The source's own error stays as it is. */
async function explainWrite(connection: SftpConnection, file: NewFile, error: unknown): Promise<unknown> {
  if (statusOf(error) === undefined) return error;
  const failure = fromSftp(error, file.label);
  if (statusOf(error) !== SFTP_FAILURE) return failure;
  const folder = posix.dirname(file.path);
  const free = await freeBytes(connection, folder);
  if (free !== undefined && free < FULL_BELOW)
    return full(file, `${free.toLocaleString("en-US")} bytes are free`, { free }, error);
  if (await readOnlyMedium(connection, folder)) {
    return new ResyncError("READ_ONLY", { message: `${file.label} is on a write-protected medium.`, cause: error });
  }
  return failure;
}

async function refuseWhenTooSmall(connection: SftpConnection, file: NewFile, size: number | undefined): Promise<void> {
  const free = size === undefined ? undefined : await freeBytes(connection, posix.dirname(file.path));
  if (size === undefined || free === undefined || free >= size) return;
  const numbers = `${size.toLocaleString("en-US")} bytes are needed, ${free.toLocaleString("en-US")} are free`;
  throw full(file, numbers, { size, free }).with({ state: "Nothing was written." });
}

function full(file: NewFile, numbers: string, facts: Record<string, number>, cause?: unknown): ResyncError {
  return new ResyncError("DISK_FULL", {
    message: `${file.label} does not fit: ${numbers} on the server's disk.`,
    hint: "Make room on the server, or deliver to another folder.",
    facts,
    cause,
  });
}

async function close(connection: SftpConnection, handle: Buffer): Promise<void> {
  await connection.ask<void>((answer) => connection.sftp.close(handle, (error) => answer(error, undefined)));
}

/** True when the part is known to be gone. */
async function removePart(connection: SftpConnection, handle: Buffer, path: string): Promise<boolean> {
  try {
    await close(connection, handle).catch(() => undefined);
    await connection.ask<void>((answer) => connection.sftp.unlink(path, (error) => answer(error, undefined)));
    return true;
  } catch (error) {
    return hasCode(fromSftp(error, path), "NOT_FOUND");
  }
}
