import type { SftpConnection } from "../ssh/connection.ts";

/** What `statvfs@openssh.com` tells (OpenSSH PROTOCOL, section 4.4); ssh2 gives numbers. */
interface FileSystem {
  f_frsize: number;
  f_blocks: number;
  f_bavail: number;
  f_flag: number;
}

const READ_ONLY = 0x1;

/** Bytes that this account can still write at `folder`; `undefined` where the server does not tell. */
export async function freeBytes(connection: SftpConnection, folder: string): Promise<number | undefined> {
  const found = await fileSystem(connection, folder);
  return found === undefined || found.f_blocks === 0 ? undefined : found.f_bavail * found.f_frsize;
}

/** True when the server says that the medium of `folder` is write-protected. */
export async function readOnlyMedium(connection: SftpConnection, folder: string): Promise<boolean> {
  const found = await fileSystem(connection, folder);
  return found !== undefined && (found.f_flag & READ_ONLY) !== 0;
}

async function fileSystem(connection: SftpConnection, folder: string): Promise<FileSystem | undefined> {
  if (!connection.offers("statvfs@openssh.com")) return undefined;
  return connection
    .ask<FileSystem>((answer) => connection.sftp.ext_openssh_statvfs(folder, answer))
    .catch(() => undefined);
}
