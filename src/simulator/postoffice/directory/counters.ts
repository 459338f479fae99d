import type { PostofficeFiles } from "../files.ts";

/** Takes the next file number from CONTROL.GLB, 8 hex digits: read, use, add one (Q87388). Throws when the file is missing or short. */
export function nextFileId(files: PostofficeFiles): string {
  return take(files, "GLB/CONTROL.GLB", 1).toString(16).toUpperCase().padStart(8, "0");
}

/** Takes `count` tuple ids from TID.GLB and returns the first (Q87404). Throws when the file is missing or short. */
export function takeTids(files: PostofficeFiles, count: number): number {
  return take(files, "GLB/TID.GLB", count);
}

function take(files: PostofficeFiles, name: string, count: number): number {
  let value = 0;
  files.update(name, (bytes) => {
    value = bytes.readUInt32LE(0);
    bytes.writeUInt32LE((value + count) >>> 0, 0);
  });
  return value;
}
