import { posix } from "node:path";
import { asResyncError, ResyncError } from "../../errors.ts";
import { setAsideName } from "../names.ts";
import type { SftpConnection } from "../ssh/connection.ts";
import type { Replaced } from "../place.ts";
import { fromSftp, SFTP_FAILURE, statusOf } from "./sftp-errors.ts";
import { kindOf, statSftp } from "./sftp-files.ts";

/** Two absolute paths on the server and how to call them. */
export interface Names {
  readonly from: string;
  readonly to: string;
  readonly label: (path: string) => string;
}

/**
 * Gives `from` the name `to`. With posix-rename in one act; without it SFTP 3 refuses a taken name, so the old file is set aside first
 * and put back when the second rename fails.
 */
export async function replaceSftp(connection: SftpConnection, names: Names, atomic: boolean): Promise<Replaced> {
  const { from, to, label } = names;
  const source = await statSftp(connection, from, label(from), { follow: false });
  if (source === undefined) throw new ResyncError("NOT_FOUND", { message: `${label(from)} does not exist.` });
  const target = await statSftp(connection, to, label(to), { follow: false });
  if (target && kindOf(target) === "folder")
    throw new ResyncError("IS_A_FOLDER", { message: `${label(to)} is a folder; no file can take its place.` });
  if (connection.offers("posix-rename@openssh.com")) {
    await ask(connection, label(to), (answer) => connection.sftp.ext_openssh_rename(from, to, answer));
    return { atomic };
  }
  const aside = posix.join(posix.dirname(to), setAsideName(posix.basename(to)));
  if (target === undefined) {
    await rename(connection, from, to, label(to));
    // What a replace cut off between its two renames has left; the new file stands in its place now.
    await removeIfThere(connection, aside, label(aside));
    return { atomic: true };
  }
  await removeIfThere(connection, aside, label(aside));
  await rename(connection, to, aside, label(to));
  try {
    await rename(connection, from, to, label(to));
  } catch (error) {
    throw await putBack(connection, aside, names, error);
  }
  await removeIfThere(connection, aside, label(aside));
  return { atomic: false };
}

/** The failure to throw, with what became of the old file. */
async function putBack(
  connection: SftpConnection,
  aside: string,
  { to, label }: Names,
  error: unknown,
): Promise<ResyncError> {
  const failure = asResyncError(error);
  try {
    await rename(connection, aside, to, label(to));
    return failure.with({ state: `${label(to)} is the old file again.` });
  } catch {
    return failure.with({
      state: `No file stands under ${label(to)}. The old one is safe beside it, as ${posix.basename(aside)}.`,
      hint: `Rename ${posix.basename(aside)} to ${posix.basename(to)}, or run the same command again: it finishes this.`,
      facts: { setAside: posix.basename(aside) },
    });
  }
}

async function rename(connection: SftpConnection, from: string, to: string, label: string): Promise<void> {
  await ask(connection, label, (answer) => connection.sftp.rename(from, to, answer));
}

async function removeIfThere(connection: SftpConnection, path: string, label: string): Promise<void> {
  if ((await statSftp(connection, path, label, { follow: false })) === undefined) return;
  await ask(connection, label, (answer) => connection.sftp.unlink(path, answer));
}

async function ask(
  connection: SftpConnection,
  label: string,
  send: (answer: (error?: Error | null) => void) => void,
): Promise<void> {
  try {
    await connection.ask<void>((answer) => send((error) => answer(error, undefined)));
  } catch (error) {
    const failure = fromSftp(error, label);
    throw statusOf(error) === SFTP_FAILURE
      ? failure.with({
          hint: "Another program may hold the file open, or the server cannot rename here. Try again; look into the server's log.",
        })
      : failure;
  }
}
