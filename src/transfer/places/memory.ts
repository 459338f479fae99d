import { posix } from "node:path";
import { ResyncError, throwIfAborted } from "../../errors.ts";
import type { Place, PlaceEntry } from "../place.ts";
import { abortable } from "../../abort.ts";
import { refuseSameOrElsewhere } from "./checks.ts";
import { serialQueue } from "./queue.ts";

/** Bytes of a chunk that `read` gives out. */
const CHUNK = 65_536;

/** A place in memory. */
export interface MemoryPlace extends Place {
  /** Its files by path, for tests to look into and to prepare. */
  readonly files: Map<string, Buffer>;
  /** Its folders by path, beside the root. */
  readonly folders: Set<string>;
}

/** Makes an empty place in memory: the reference of the contract. */
export function memoryPlace(label = "memory:"): MemoryPlace {
  const files = new Map<string, Buffer>();
  const changed = new Map<string, Date>();
  const folders = new Set<string>();
  const queue = serialQueue();

  const entryAt = (path: string): PlaceEntry | undefined => {
    const file = files.get(path);
    const name = posix.basename(path);
    if (file) return { name, kind: "file", size: file.length, modified: changed.get(path) };
    return folders.has(path) ? { name, kind: "folder", size: 0, modified: undefined } : undefined;
  };
  const requireFolderOf = (path: string): void => {
    const folder = posix.dirname(path);
    if (folder !== "." && !folders.has(folder)) throw failure("NOT_FOUND", `${label}/${folder} does not exist.`);
  };
  const requireFile = (path: string): Buffer => {
    if (folders.has(path)) throw failure("IS_A_FOLDER", `${label}/${path} is a folder.`);
    const file = files.get(path);
    if (file === undefined) throw failure("NOT_FOUND", `${label}/${path} does not exist.`);
    return file;
  };

  return {
    label,
    files,
    folders,
    capabilities: { atomicReplace: true, fsync: true, modes: true, shareModes: false },

    list: (folder, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        if (folder !== undefined && files.has(folder)) throw failure("NOT_A_FOLDER", `${label}/${folder} is a file.`);
        if (folder !== undefined && !folders.has(folder))
          throw failure("NOT_FOUND", `${label}/${folder} does not exist.`);
        const paths = [...files.keys(), ...folders].filter((path) => posix.dirname(path) === (folder ?? "."));
        return paths.flatMap((path) => entryAt(path) ?? []);
      }),

    stat: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        return entryAt(path);
      }),

    async *read(path, options) {
      throwIfAborted(options?.signal);
      const bytes = requireFile(path);
      for (let at = 0; at < bytes.length; at += CHUNK) {
        throwIfAborted(options?.signal);
        const chunk = Buffer.from(bytes.subarray(at, at + CHUNK));
        options?.onProgress?.(at + chunk.length);
        yield chunk;
      }
    },

    writeNew: (path, source, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        requireFolderOf(path);
        if (entryAt(path)) throw failure("ALREADY_EXISTS", `${label}/${path} exists already.`);
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of abortable(source, options?.signal)) {
          chunks.push(Buffer.from(chunk));
          size += chunk.length;
          options?.onProgress?.(size);
        }
        files.set(path, Buffer.concat(chunks));
        changed.set(path, new Date());
        return size;
      }),

    replace: (from, to, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        refuseSameOrElsewhere(label, from, to);
        const file = requireFile(from);
        if (folders.has(to)) throw failure("IS_A_FOLDER", `${label}/${to} is a folder.`);
        files.set(to, file);
        changed.set(to, changed.get(from) ?? new Date());
        files.delete(from);
        return { atomic: true };
      }),

    remove: (path, options) =>
      queue(async () => {
        throwIfAborted(options?.signal);
        if (entryAt(path) !== undefined) requireFile(path);
        files.delete(path);
      }),

    close: async () => undefined,
  };
}

function failure(code: "NOT_FOUND" | "ALREADY_EXISTS" | "IS_A_FOLDER" | "NOT_A_FOLDER", message: string): ResyncError {
  return new ResyncError(code, { message });
}
