import { createHash } from "node:crypto";
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

/** The names of part `number` (1 to 999) on disk `number` of a delivery that was split, and of its manifest. */
export function volumeNames(number: number): { file: PlacePath; manifest: PlacePath } {
  const digits = String(number).padStart(3, "0");
  return { file: placePath(`RESYNC.${digits}`), manifest: placePath(`VOL${digits}.JSN`) };
}

/** The number of the disk of which `name` is the part's name or its manifest's; `undefined` for any other name. */
export function volumeNumber(name: string, which: "file" | "manifest"): number | undefined {
  const [, digits] = (which === "file" ? /^RESYNC\.(\d{3})$/iu : /^VOL(\d{3})\.JSN$/iu).exec(name) ?? [];
  return digits === undefined || digits === "000" ? undefined : Number(digits);
}

/**
 * Where an old file is set aside for the moment in which no file stands under its `name`: an 8.3 name that only this can have made, the
 * same for the same file, so that the next replace finds what a cut-off one left.
 */
export function setAsideName(name: string): string {
  const hash = createHash("sha256").update(name.toUpperCase()).digest("hex").slice(0, 6).toUpperCase();
  return `RS${hash}.TMB`;
}

/** True for a name that only `temporaryNames`, or a set-aside of such a file, can have made. */
export function isTemporaryName(name: string): boolean {
  return /^RS[0-9A-F]{6}\.TM[GJ]$/iu.test(name);
}
