import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collectBytes } from "../../src/transfer/bytes.ts";
import { placePath, type Place, type PlacePath } from "../../src/transfer/place.ts";

/** A place under test and a way round it: what stands there is prepared and looked at without the place itself. */
export interface PlaceBed {
  readonly place: Place;
  put(name: string, bytes: Uint8Array): Promise<void>;
  peek(name: string): Promise<Buffer>;
  names(): Promise<string[]>;
  makeFolder(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A bed whose place shows `folder` of this machine, perhaps as another account. */
export function folderBed(place: Place, folder: string, close: () => Promise<void>): PlaceBed {
  return {
    place,
    put: (name, bytes) => writeFile(join(folder, name), bytes),
    peek: (name) => readFile(join(folder, name)),
    names: async () => (await readdir(folder)).toSorted(),
    makeFolder: async (name) => {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o777);
    },
    close,
  };
}

/** A temporary name, and the final one. */
export const A = placePath("RS000001.TMG");
export const B = placePath("RESYNC.GLB");
/** More than any test reads. */
export const LIMIT = 64 * 1024 * 1024;

/** So many bytes that look like no others. */
export function pattern(size: number): Buffer {
  const block = randomBytes(Math.min(size, 65_537));
  return Buffer.alloc(size, block);
}

/** SHA-256, hex. */
export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A whole file, read through the place. */
export async function all(place: Place, path: PlacePath): Promise<Buffer> {
  return collectBytes(place.read(path), LIMIT);
}
