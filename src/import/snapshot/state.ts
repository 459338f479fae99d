import { readFileSync } from "node:fs";
import { join } from "node:path";
import { spread } from "../crew/crew.ts";
import { hashFiles } from "./hash-files.ts";
import { takeCensus, type PostofficeEntry } from "../postoffice/census.ts";
import type { Postoffice } from "../postoffice/postoffice.ts";
import { touchClass, TOUCHED_FOLDERS } from "./touched.ts";

/** How one file of the postoffice stood at some moment. Plain data. */
export interface FileState {
  /** Path below the root in upper case, `GLB/TID.GLB`. */
  readonly key: string;
  /** The same path as it is spelled. */
  readonly path: string;
  readonly size: number;
  /** Last change, milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Permission bits. */
  readonly mode: number;
  /** Owner and group by number. */
  readonly uid: number;
  readonly gid: number;
  /** Hex; `undefined` for mailbags that stood before the import: their content is not looked at. */
  readonly sha256: string | undefined;
  /** The whole file in hex, for CONTROL.GLB alone: its counters are looked at (Q87388). */
  readonly hex: string | undefined;
}

/** How every file stood that an import may touch, by key. */
export type PostofficeState = ReadonlyMap<string, FileState>;

export const CONTROL = "GLB/CONTROL.GLB";

/** What is read of the files. */
export interface ReadStateOptions {
  /** Mailbags that are in it are not hashed; no mailbag at all when it is left out. */
  readonly before?: PostofficeState | undefined;
  readonly signal?: AbortSignal;
}

/** Reads the state of everything an import may touch. Files that vanish meanwhile are left out. Changes nothing. */
export async function readState(
  postoffice: Postoffice,
  { before, signal }: ReadStateOptions = {},
): Promise<PostofficeState> {
  const { root } = postoffice;
  const found: FileState[] = [];
  const unread: PostofficeEntry[] = [];
  for (const entry of await touchedFiles(postoffice)) {
    if (touchClass(entry.key) === "mailbag" && (before === undefined || before.has(entry.key)))
      found.push(fileState(root, entry, undefined));
    else unread.push(entry);
  }
  const hashes = await spread(hashFiles, { root }, pathsOf(unread), { signal });
  unread.forEach((entry, n) => {
    const sha256 = hashes[n];
    if (sha256 !== undefined) found.push(fileState(root, entry, sha256));
  });
  return stateOf(found);
}

function pathsOf(entries: readonly PostofficeEntry[]): string[] {
  return entries.map(({ path }) => path);
}

/** Every file that an import may touch, mailbags included, as the folders show them. */
export async function touchedFiles(postoffice: Postoffice): Promise<PostofficeEntry[]> {
  const { entries } = await takeCensus(postoffice, TOUCHED_FOLDERS);
  return [...entries.values()].filter(({ key, kind }) => kind === "file" && touchClass(key) !== undefined);
}

/** The state of a file of which the hash is known, or is not wanted. */
export function fileState(root: string, entry: PostofficeEntry, sha256: string | undefined): FileState {
  const hex = entry.key === CONTROL ? readFileSync(join(root, entry.path), "hex") : undefined;
  return stateFrom(entry, sha256, hex);
}

function stateFrom(
  { key, path, size, mtimeMs, mode, uid, gid }: PostofficeEntry,
  sha256: string | undefined,
  hex: string | undefined,
): FileState {
  return { key, path, size, mtimeMs, mode, uid, gid, sha256, hex };
}

/** States by key, in the order of the keys. */
export function stateOf(files: readonly FileState[]): PostofficeState {
  return new Map(files.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map((file) => [file.key, file]));
}

/** True when both hold the same bytes, or both are missing. */
export function sameContent(one: FileState | undefined, other: FileState | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.size === other.size && one.sha256 === other.sha256;
}

/** True when a file was written in between, whether or not its bytes came out the same. */
export function wasWritten(before: FileState | undefined, after: FileState | undefined): boolean {
  return !sameContent(before, after) || before?.mtimeMs !== after?.mtimeMs;
}

/** The keys of the files that were written, made or removed in between. */
export function writtenKeys(before: PostofficeState, after: PostofficeState): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => wasWritten(before.get(key), after.get(key)))
    .toSorted();
}
