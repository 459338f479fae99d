/** Status numbers of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7). */
export const STATUS = { ok: 0, eof: 1, noSuchFile: 2, denied: 3, failure: 4, badMessage: 5, unsupported: 8 } as const;

/** What a server says, and nothing else: thrown by its handlers. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** The status OpenSSH's server gives for an error of the file system (`errno_to_portable`). */
export function statusOf(error: unknown): number {
  if (error instanceof StatusError) return error.status;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EBADF" || code === "ELOOP") return STATUS.noSuchFile;
  if (code === "EPERM" || code === "EACCES" || code === "EFAULT") return STATUS.denied;
  if (code === "ENAMETOOLONG" || code === "EINVAL") return STATUS.badMessage;
  return STATUS.failure;
}
