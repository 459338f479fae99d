import type { ByteSource } from "../byte-source.ts";
import { ResyncError } from "../errors.ts";

declare const pathBrand: unique symbol;

/** A file's path below a place: `RESYNC.GLB` or `GLB/RESYNC.GLB`. Always `/`, never absolute, no `.` or `..`; made by `placePath`. */
export type PlacePath = string & { readonly [pathBrand]: true };

/**
 * Checks and brands a path below a place. Throws `NAME_INVALID` for an empty, absolute or climbing path, a backslash, a drive
 * letter, `;` or `"` (separators nobody can quote in smbclient, domain/smb.md §3c) or a control character.
 */
export function placePath(text: string): PlacePath {
  const parts = text.split("/");
  // oxlint-disable-next-line no-control-regex
  const bad = parts.some(
    (part) => part === "" || part === "." || part === ".." || /[\u0000-\u001f\u007f\\:;"*?<>|]/u.test(part),
  );
  if (bad) {
    throw new ResyncError("NAME_INVALID", {
      message: `"${text}" is not a name that a place can hold.`,
      hint: 'Names are relative, with "/" between folders, and without .. \\ : ; " * ? < > | or control characters.',
      facts: { name: text },
    });
  }
  return text as PlacePath;
}

/** A file at a place as people write it: with `\\` behind a Windows path, else with `/`. */
export function shownAt(label: string, name: string): string {
  const windows = /^(?:[a-z]:)?\\|^[a-z]:/iu.test(label) && !label.includes("/");
  return `${label.replace(/[\\/]$/u, "")}${windows ? "\\" : "/"}${windows ? name.replaceAll("/", "\\") : name}`;
}

/** What stands under a name. */
export interface PlaceEntry {
  /** The last part of the path, in the spelling that the place keeps. */
  readonly name: string;
  readonly kind: "file" | "folder" | "other";
  /** Bytes; 0 for what is not a file. */
  readonly size: number;
  /** Last change, UTC; `undefined` where the place does not say. Its resolution is the place's own: 2 s on FAT. */
  readonly modified: Date | undefined;
}

/** What a place can do beyond the contract below. Asked for with a field, never with `instanceof`. */
export interface PlaceCapabilities {
  /** `replace` puts the new file in the old one's place in one act: at every moment one of the two stands there whole. */
  readonly atomicReplace: boolean;
  /** `writeNew` forces the bytes to the medium before it settles. */
  readonly fsync: boolean;
  /** New files can be made readable to their owner only. */
  readonly modes: boolean;
  /** Other programs' open files can be seen as `FILE_BUSY` (Windows, SMB); elsewhere reading a file in use just works. */
  readonly shareModes: boolean;
  /** `read` gets what is on the medium itself and not what the system still has in memory. Absent: nobody can tell. */
  readonly uncached?: boolean;
}

/** Options of every act: the signal ends it with `abortError`. */
export interface PlaceOptions {
  signal?: AbortSignal;
}

export interface WriteOptions extends PlaceOptions {
  /** Total bytes if known, for progress and for a full disk found early. */
  size?: number;
  /** Called with the bytes that the place has taken so far. Never decreases. */
  onProgress?: (bytes: number) => void;
  /** One request at a time, in order: for a server that is suspected of mixing up what is in flight. */
  careful?: boolean;
}

export interface ReadOptions extends PlaceOptions {
  /** The caller is done with each chunk when it asks for the next one, so that the place may use its memory again. */
  lent?: boolean;
  onProgress?: (bytes: number) => void;
}

/** A place that nobody has connected to yet. */
export interface UnopenedPlace {
  /** Like the place's own. */
  readonly label: string;
  /** Throws what its driver throws when it cannot be opened. The signal ends the opening only. */
  open(signal: AbortSignal): Promise<Place>;
}

/** How a `replace` went. */
export interface Replaced {
  /** False where the place could only move the old file away first: for a moment no file stood under the name. */
  readonly atomic: boolean;
}

/**
 * A folder somewhere: on this machine, behind SFTP, behind SMB, on a medium. The smallest set of acts that a safe delivery needs.
 *
 * Every failure is a `ResyncError`: `NOT_FOUND`, `ALREADY_EXISTS`, `ACCESS_DENIED`, `FILE_BUSY`, `DISK_FULL`, `READ_ONLY`, `IS_A_FOLDER`,
 * `NOT_A_FOLDER`, `NAME_INVALID`, `STALLED`, `CONNECTION_LOST`, `IO`. Every act ends in bounded time without progress (`STALLED`).
 * Acts on one place run one after the other; a caller may issue them at once. Only `read` waits for nobody and holds nobody up, so
 * that a file can be copied within a place.
 */
export interface Place {
  /** For people and journals, without secrets: `sftp://user@host/path`. */
  readonly label: string;
  readonly capabilities: PlaceCapabilities;

  /** The entries of the place's folder, or of `folder` below it, in no special order. Throws `NOT_FOUND`, `NOT_A_FOLDER`. */
  list(folder?: PlacePath, options?: PlaceOptions): Promise<PlaceEntry[]>;

  /** What stands under `path`, or `undefined` when nothing does; follows links. */
  stat(path: PlacePath, options?: PlaceOptions): Promise<PlaceEntry | undefined>;

  /**
   * The file's bytes, from the place and not from a cache of ours, in chunks of any size. Nothing happens before the first `next()`.
   * Throws while iterated. Leaving the loop early closes the file.
   */
  read(path: PlacePath, options?: ReadOptions): AsyncIterable<Uint8Array>;

  /**
   * Makes a new file from `source` and settles when all bytes are there (and on the medium, with `capabilities.fsync`).
   * `ALREADY_EXISTS` if anything stands under the name: that file is not touched. On any other failure the part that was
   * written is removed as far as the place still answers. Returns the bytes written. The folder must exist.
   */
  writeNew(path: PlacePath, source: ByteSource, options?: WriteOptions): Promise<number>;

  /**
   * Moves the file `from` to the name `to`, whether or not a file stands there. A reader of `to` gets the old file or the new one,
   * whole. When it fails, `to` is what it was (`NOT_FOUND` if `from` is missing; `IS_A_FOLDER` if `to` is a folder) and `from` still
   * stands. `from` and `to` must differ and lie in the same folder.
   */
  replace(from: PlacePath, to: PlacePath, options?: PlaceOptions): Promise<Replaced>;

  /** Removes a file; nothing happens when it is not there. `IS_A_FOLDER` for a folder. */
  remove(path: PlacePath, options?: PlaceOptions): Promise<void>;

  /** Ends the connection. Never throws; safe to call twice. No act may follow. */
  close(): Promise<void>;
}
