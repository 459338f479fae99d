import { placePath, type PlacePath } from "./place.ts";
import type { Sha256 } from "./digest.ts";

/** The master list's name in a delivery and in a postoffice's GLB folder (Q150976); 8.3 and upper case, so that FAT and DOS keep it. */
export const GLB_NAME = placePath("RESYNC.GLB");
/** The manifest's name in a delivery. */
export const MANIFEST_NAME = placePath("RESYNC.JSN");

/**
 * The temporary names of a delivery: 8.3, in the same folder, and the same for the same content, so that a second try overwrites
 * its own leftovers and not somebody else's.
 */
export function temporaryNames(sha256: Sha256): { glb: PlacePath; manifest: PlacePath } {
  const stem = `RS${sha256.slice(0, 6).toUpperCase()}`;
  return { glb: placePath(`${stem}.TMG`), manifest: placePath(`${stem}.TMJ`) };
}

/** True for a name that only `temporaryNames`, or a set-aside of such a file, can have made. */
export function isTemporaryName(name: string): boolean {
  return /^RS[0-9A-F]{6}\.TM[GJ]$/iu.test(name);
}
