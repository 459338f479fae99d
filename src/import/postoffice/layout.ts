/** The 19 folders in the root of a 3.2 or 3.5 postoffice (Q132744, Q114395). */
export const FOLDERS = [
  "ATT",
  "CAL",
  "FOLDERS",
  "GLB",
  "GRP",
  "HLP",
  "INF",
  "INI",
  "KEY",
  "LOG",
  "MAI",
  "MBG",
  "MEM",
  "MMF",
  "NME",
  "P1",
  "TPL",
  "USR",
  "XTN",
] as const;

export type FolderName = (typeof FOLDERS)[number];

/** Folders whose files are addresses, definitions or configuration: IMPORT or REBUILD read or write them (Q96060, Q77926). */
export const DIRECTORY_FOLDERS: readonly FolderName[] = ["GLB", "GRP", "INF", "MEM", "NME", "TPL", "USR", "XTN"];

/** `AT0` … `ATF` and `MA0` … `MAF`, below ATT and MAI (Q132744). */
export const BUCKETS: readonly { folder: FolderName; name: string }[] = ["ATT", "MAI"].flatMap((folder) =>
  Array.from("0123456789ABCDEF").map((digit) => ({
    folder: folder as FolderName,
    name: `${folder.slice(0, 2)}${digit}`,
  })),
);

/** The queues of dirsync, 0 bytes when nothing is under way (Q122750). */
export const QUEUES = ["SRVTRANS.GLB", "USRTRANS.GLB", "NMETRANS.GLB", "GWTRANS.GLB"] as const;

/** True for the files in GLB that exist only while IMPORT, REQMAIN or SRVMAIN works (Q122750, Q96060). SORTLOCK.GLB has a check of its own. */
export function isTemporary(name: string): boolean {
  return /^(IUSRTRAN|INMETRAN|IGWTRANS|SRVUPDS|REQUPDS|ILOCAL|INDEX|SORT(?!LOCK\.).{0,4})\.GLB$/iu.test(name);
}

/** The half-made list that a Fatal 7 leaves behind: USR\IMPORT.USR, INF\IMPORT.INF (Q134228). */
export const HALF_MADE_LISTS = ["USR/IMPORT.USR", "INF/IMPORT.INF"] as const;

/** What REBUILD works in (Q99117, Q148364, Q119018), as file names. */
export function isRebuildTemporary(name: string): boolean {
  return /^(TMP0000\w\.NME|GAL\$\.NME|GALINDE\$\.GLB|GALTMP\.GLB|TMPNETPO\.GLB|TMPACC2\.NME|TMPGRP\.NME)$/iu.test(name);
}

/** The files that make the Global Address List; REBUILD alone writes them (Q96060, Q86375). */
export const GAL_FILES = ["NME/GAL.NME", "GLB/GAL.NME", "GLB/GALINDEX.GLB", "GLB/GALNETPO.GLB"] as const;

/** Address types whose gateway lists are a pair `<type>.GLB` and `<type>.NME` (Q119240, Q102300). */
export const GATEWAY_TYPES = ["X400", "SMTP", "MHS", "FAX", "MCI", "MSMAIL"] as const;

/** Files in GLB that are read-only from the disks and may stay so (Q127954). */
export function mayBeReadOnly(name: string): boolean {
  return /^(POPULATE\.MSM|(ANSI|C850)(SORT|INT|SCAN)\.GLB|(DS_MSG|ENGMAI|ENGMON|ERRORADM|ERRORDYN|TRANSFIL|WELCOME)\.GLB|.*\.(SCR|MDM))$/iu.test(
    name,
  );
}
