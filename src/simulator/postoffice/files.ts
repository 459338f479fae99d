import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SIMULATOR_LAYOUT, type GlbLayout } from "../../glb/layouts.ts";

/**
 * The files of a postoffice by their DOS names (`GLB/RESYNC.GLB`), case-insensitively, as a DOS program sees them. New files take
 * the case that the tree uses.
 */
export interface PostofficeFiles {
  readonly root: string;
  /** How records lie in the queue files of this postoffice. */
  readonly queueLayout: GlbLayout;
  /** The real path of an existing file, or the one a new file would get. */
  path(name: string): string;
  exists(name: string): boolean;
  /** Bytes; 0 when there is no such file. */
  size(name: string): number;
  /** Throws the system's error when there is no such file. */
  read(name: string): Buffer;
  /** The bytes, or none when there is no such file. */
  readIfAny(name: string): Buffer;
  /** True for an existing file with the read-only attribute: DOS neither writes nor deletes it. */
  isReadOnly(name: string): boolean;
  write(name: string, bytes: Uint8Array | string): void;
  /** Changes part of a file and writes it back. */
  update(name: string, change: (bytes: Buffer) => void): void;
  append(name: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  remove(name: string): void;
  /** Names in a folder, upper case, sorted. */
  list(folder: string): string[];
  makeFolder(name: string): void;
}

/** The postoffice whose root is the folder `root`. Its names are lower case when its folder `glb` is, or when told so for a new one. */
export function postofficeFiles(
  root: string,
  options: { lowerCase?: boolean; queueLayout?: GlbLayout } = {},
): PostofficeFiles {
  const folders = new Map<string, string>();
  const lowerCase = options.lowerCase ?? (existsSync(root) && readdirSync(root).includes("glb"));
  const inTreeCase = (name: string): string => (lowerCase ? name.toLowerCase() : name.toUpperCase());

  /** The usual spelling first: looking through a folder of thousands takes its time. */
  const find = (folder: string, name: string): string | undefined => {
    const usual = join(folder, inTreeCase(name));
    if (existsSync(usual)) return usual;
    const wanted = name.toUpperCase();
    const found = existsSync(folder) ? readdirSync(folder).find((entry) => entry.toUpperCase() === wanted) : undefined;
    return found === undefined ? undefined : join(folder, found);
  };

  const folderPath = (parts: string[]): string => {
    const key = parts.join("/");
    const known = folders.get(key);
    if (known !== undefined) return known;
    let path = root;
    for (const part of parts) path = find(path, part) ?? join(path, inTreeCase(part));
    if (existsSync(path)) folders.set(key, path);
    return path;
  };

  const path = (name: string): string => {
    const parts = name.split("/");
    const file = parts.pop() ?? "";
    const folder = folderPath(parts);
    return find(folder, file) ?? join(folder, inTreeCase(file));
  };

  return {
    root,
    queueLayout: options.queueLayout ?? SIMULATOR_LAYOUT,
    path,
    exists: (name) => existsSync(path(name)),
    size: (name) => statSync(path(name), { throwIfNoEntry: false })?.size ?? 0,
    read: (name) => readFileSync(path(name)),
    readIfAny: (name) => (existsSync(path(name)) ? readFileSync(path(name)) : Buffer.alloc(0)),
    isReadOnly(name) {
      const mode = statSync(path(name), { throwIfNoEntry: false })?.mode;
      return mode !== undefined && (mode & 0o200) === 0;
    },
    write: (name, bytes) => writeFileSync(path(name), bytes),
    update(name, change) {
      const bytes = readFileSync(path(name));
      change(bytes);
      writeFileSync(path(name), bytes);
    },
    append: (name, bytes) => writeFileSync(path(name), bytes, { flag: "a" }),
    rename: (from, to) => renameSync(path(from), path(to)),
    remove: (name) => rmSync(path(name), { force: true }),
    list(folder) {
      const where = folderPath(folder.split("/"));
      return existsSync(where)
        ? readdirSync(where)
            .map((name) => name.toUpperCase())
            .toSorted()
        : [];
    },
    makeFolder: (name) => void mkdirSync(folderPath(name.split("/")), { recursive: true }),
  };
}
