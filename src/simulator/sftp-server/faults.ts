/**
 * What the server does wrong, by name. The object is read at every request, so a test may change it while a transfer runs. Writes and
 * reads are counted over the life of the server, from 1.
 */
export interface SftpFaults {
  /** Never answers this write or any later request. */
  stallOnWrite?: number;
  stallOnRead?: number;
  /** Resets the TCP connection (RST) at this write or read; the next connections work. */
  resetOnWrite?: number;
  resetOnRead?: number;
  /** Ends the connection politely at this write. */
  closeOnWrite?: number;
  /** Flips the bits of one byte in the middle of this write; the size stays right. */
  corruptWrite?: number;
  /** Like `corruptWrite`, but only when more than one request is in flight: a server that mixes up what comes at once. */
  corruptConcurrentWrites?: boolean;
  /** Keeps only this many bytes of each write and says that all is well (Win32-OpenSSH issue 1395). */
  cutWritesAt?: number;
  /** Opens an existing file where a new one was asked for. */
  ignoreExclusive?: boolean;
  /** Calls itself by this name, as in `SSH-2.0-name`. */
  software?: string;
  /** Takes this many bytes in all, then says "Failure" like OpenSSH on a full disk. */
  diskFullAfter?: number;
  /** Gives at most this many bytes for one read, though more are there. */
  shortReads?: number;
  /** Does not offer posix-rename, so that a rename onto an existing file fails. */
  noPosixRename?: boolean;
  /** Does not offer fsync. */
  noFsync?: boolean;
  /** Renames onto this base name fail, with status 4. */
  renameFails?: string;
  /** The same, once. */
  renameFailsOnce?: string;
  /** Logs in, and refuses SFTP. */
  subsystemRefused?: boolean;
  /** Accepts TCP connections and says nothing. */
  mute?: boolean;
  /** Hangs up on this many new connections before its first word (MaxStartups). */
  dropConnections?: number;
  /** Milliseconds before each answer. */
  slow?: number;
}
