import { constants, type Stats } from "node:fs";
import { lstat, open, readdir, rename, rmdir, stat, unlink, mkdir, type FileHandle } from "node:fs/promises";
import { join, posix } from "node:path";
import type { Attributes, FileEntry } from "ssh2";
import { STATUS, StatusError } from "./status.ts";

/** Entries of one READDIR answer. */
const ENTRIES = 100;

/** SFTP's open flags (draft-ietf-secsh-filexfer-02, section 6.3) and the system's. */
const FLAGS: readonly (readonly [number, number])[] = [
  [0x04, constants.O_APPEND],
  [0x08, constants.O_CREAT],
  [0x10, constants.O_TRUNC],
  [0x20, constants.O_EXCL],
];

/** Open files and folders of one session, below `root`. Handlers throw the file system's errors and `StatusError`. */
export interface ServedFiles {
  open(path: string, flags: number, mode: number | undefined): Promise<Buffer>;
  openFolder(path: string): Promise<Buffer>;
  file(handle: Buffer): FileHandle;
  nextEntries(handle: Buffer): FileEntry[];
  close(handle: Buffer): Promise<void>;
  attributes(path: string, followLinks: boolean): Promise<Attributes>;
  rename(from: string, to: string, replace: boolean): Promise<void>;
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  closeAll(): Promise<void>;
}

/** Serves `root` as `/`. */
export function servedFiles(root: string): ServedFiles {
  const files = new Map<number, FileHandle>();
  const folders = new Map<number, FileEntry[]>();
  let last = 0;
  const real = (path: string): string => join(root, posix.normalize(`/${path}`));
  const handleFor = (number: number): Buffer => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(number);
    return handle;
  };
  const numberOf = (handle: Buffer): number => (handle.length === 4 ? handle.readUInt32BE() : -1);
  const fileOf = (handle: Buffer): FileHandle => {
    const file = files.get(numberOf(handle));
    if (file === undefined) throw new StatusError(STATUS.failure);
    return file;
  };

  return {
    open: async (path, flags, mode) => {
      const access =
        (flags & 0x02) === 0 ? constants.O_RDONLY : (flags & 0x01) === 0 ? constants.O_WRONLY : constants.O_RDWR;
      const wanted = FLAGS.reduce((all, [theirs, ours]) => ((flags & theirs) === 0 ? all : all | ours), access);
      files.set((last += 1), await open(real(path), wanted, mode ?? 0o666));
      return handleFor(last);
    },
    openFolder: async (path) => {
      const names = await readdir(real(path));
      const entries = names.map(async (name) => entryOf(name, await lstat(join(real(path), name))));
      folders.set((last += 1), await Promise.all(entries));
      return handleFor(last);
    },
    file: fileOf,
    nextEntries: (handle) => {
      const entries = folders.get(numberOf(handle))?.splice(0, ENTRIES);
      if (entries === undefined) throw new StatusError(STATUS.failure);
      if (entries.length === 0) throw new StatusError(STATUS.eof);
      return entries;
    },
    close: async (handle) => {
      if (folders.delete(numberOf(handle))) return;
      const file = fileOf(handle);
      files.delete(numberOf(handle));
      await file.close();
    },
    attributes: async (path, followLinks) => attributesOf(await (followLinks ? stat : lstat)(real(path))),
    rename: async (from, to, replace) => {
      // Version 3 must not replace; OpenSSH says "Failure" then.
      const taken = !replace && (await lstat(real(to)).catch(() => undefined)) !== undefined;
      if (taken) throw new StatusError(STATUS.failure);
      await rename(real(from), real(to));
    },
    remove: async (path) => unlink(real(path)),
    makeFolder: async (path) => mkdir(real(path)),
    removeFolder: async (path) => rmdir(real(path)),
    closeAll: async () => {
      await Promise.allSettled([...files.values()].map(async (file) => file.close()));
      files.clear();
    },
  };
}

function entryOf(filename: string, found: Stats): FileEntry {
  const kind = found.isDirectory() ? "d" : found.isSymbolicLink() ? "l" : "-";
  return {
    filename,
    longname: `${kind}rw------- 1 sim sim ${found.size} Jan 1 00:00 ${filename}`,
    attrs: attributesOf(found),
  };
}

function attributesOf(found: Stats): Attributes {
  const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
  return {
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    atime: seconds(found.atime),
    mtime: seconds(found.mtime),
  };
}
