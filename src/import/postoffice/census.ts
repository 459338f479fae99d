import { lstatSync, readdirSync } from "node:fs";
import { sep } from "node:path";
import { isMissing } from "../files.ts";
import { inTurns } from "../small-files.ts";
import { DIRECTORY_FOLDERS, type FolderName } from "./layout.ts";
import type { Postoffice } from "./postoffice.ts";

/** Something that stands in the postoffice. */
export interface PostofficeEntry {
  /** Path below the root in upper case with `/`: `GLB/MASTER.GLB`. What programs go by. */
  readonly key: string;
  /** The same path as it is really spelled. */
  readonly path: string;
  /** `other`: a link, a device, a socket. */
  readonly kind: "file" | "folder" | "other";
  readonly size: number;
  /** Last change, milliseconds since 1970, with fractions. */
  readonly mtimeMs: number;
  /** Unix permission bits; on Windows the read-only attribute shows as missing write bits. */
  readonly mode: number;
  /** Owner and group by number; 0 on Windows. */
  readonly uid: number;
  readonly gid: number;
}

/** What stands where in a postoffice, by key. */
export interface Census {
  readonly entries: ReadonlyMap<string, PostofficeEntry>;
  /** Names that stand in one folder in more than one spelling, as real paths. */
  readonly twins: readonly (readonly string[])[];
}

/** Folders that the checks look into. Mail itself is not looked at: of ATT and MAI only the buckets, of FOLDERS the indexes. */
export const CENSUS_FOLDERS: readonly FolderName[] = [
  ...DIRECTORY_FOLDERS,
  "ATT",
  "FOLDERS",
  "KEY",
  "LOG",
  "MAI",
  "MBG",
];

/** Reads the names, sizes and times in `folders` and in the root. Changes nothing; entries that vanish meanwhile are left out. */
export async function takeCensus(
  postoffice: Postoffice,
  folders: readonly FolderName[] = CENSUS_FOLDERS,
): Promise<Census> {
  const { root } = postoffice;
  const found: PostofficeEntry[] = [];
  const look = (path: string) => {
    const entry = entryAt(root, path);
    if (entry) found.push(entry);
  };
  await inTurns(namesIn(root, ""), look);
  const wanted = found.filter(({ key, kind }) => kind === "folder" && folders.some((name) => name === key));
  for (const { path } of wanted) await inTurns(namesIn(root, path), look);
  return censusOf(found);
}

/** Paths of what stands in a folder; of FOLDERS also of what is further below. */
function namesIn(root: string, folder: string): string[] {
  const below = folder === "" ? "" : `${folder}/`;
  try {
    const names = readdirSync(`${root}/${below}`, { recursive: folder.toUpperCase() === "FOLDERS" });
    return names.map((name) => `${below}${String(name).replaceAll(sep, "/")}`);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** What stands at a path below `root`, links not followed; `undefined` when nothing does. */
export function entryAt(root: string, path: string): PostofficeEntry | undefined {
  const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
  const { mtimeMs, mode, uid, gid } = stats;
  const size = kind === "file" ? stats.size : 0;
  return { key: path.toUpperCase(), path, kind, size, mtimeMs, mode: mode & 0o7777, uid, gid };
}

/** A census of what was found. */
export function censusOf(found: readonly PostofficeEntry[]): Census {
  const entries = new Map<string, PostofficeEntry>();
  const twins = new Map<string, string[]>();
  for (const entry of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { key, path } = entry;
    const first = entries.get(key);
    if (first === undefined) entries.set(key, entry);
    else twins.set(key, [...(twins.get(key) ?? [first.path]), path]);
  }
  return { entries, twins: [...twins.values()] };
}

/** The files directly in `folder`, without POPULATE.MSM, the marker every folder of a fresh postoffice holds (Q135868). */
export function filesIn(census: Census, folder: FolderName): PostofficeEntry[] {
  const inside = new RegExp(`^${folder}/[^/]+$`, "u");
  return [...census.entries.values()].filter(
    ({ key, kind }) => kind === "file" && inside.test(key) && !key.endsWith("/POPULATE.MSM"),
  );
}

/** The name of an entry without its folder, in upper case. */
export function nameOf({ key }: Pick<PostofficeEntry, "key">): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
