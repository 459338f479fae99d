import { basename } from "node:path";
import type { PostofficeFiles } from "../../files.ts";
import { encodeNme, NME_SIZE } from "../../records/names.ts";
import { putText } from "../../records/text.ts";
import type { GalName } from "./collect.ts";
import { wordIndex } from "./word-index.ts";

/** REBUILD's temporaries and what they become (Q99117, Q148364). */
const FILES = [
  { temporary: "NME/GAL$.NME", final: "NME/GAL.NME" },
  { temporary: "GLB/GALINDE$.GLB", final: "GLB/GALINDEX.GLB" },
  { temporary: "GLB/TMPNETPO.GLB", final: "GLB/GALNETPO.GLB" },
] as const;

/** First tuple id of GAL entries (Q135486). */
const FIRST_TID = 0x7f67697f;
/** Bytes of one external address in GALNETPO.GLB: undocumented, taken as in NETPO.GLB. */
const ADDRESS_SIZE = 43;

/** A GALNETPO.GLB whose first long is not above TID.GLB is corrupt: Fatal 39 (Q135486). */
export function hasCorruptAddresses(files: PostofficeFiles): boolean {
  const addresses = files.readIfAny("GLB/GALNETPO.GLB");
  const tids = files.readIfAny("GLB/TID.GLB");
  return addresses.length >= 4 && tids.length === 4 && addresses.readUInt32LE(0) <= tids.readUInt32LE(0);
}

/** Writes the three temporaries: 45 bytes a name, an index of words, the external addresses. */
export function writeTemporaries(files: PostofficeFiles, names: readonly GalName[]): void {
  const list = Buffer.alloc(names.length * NME_SIZE);
  const externals = names.filter(({ node }) => node !== undefined).length;
  const addresses = Buffer.alloc(4 + externals * ADDRESS_SIZE);
  addresses.writeUInt32LE(FIRST_TID, 0);
  let pointer = 4;
  names.forEach((name, index) => {
    const { node, mailbox = "" } = name;
    encodeNme(list, index * NME_SIZE, node === undefined ? name : { ...name, pointer });
    if (node === undefined) return;
    putText(addresses, pointer + 1, 11, node.network);
    putText(addresses, pointer + 12, 11, node.postoffice);
    putText(addresses, pointer + 23, 11, mailbox);
    pointer += ADDRESS_SIZE;
  });
  files.write("NME/GAL$.NME", list);
  files.write("GLB/GALINDE$.GLB", wordIndex(names.map(({ alias }) => alias)));
  files.write("GLB/TMPNETPO.GLB", addresses);
}

/** Puts the temporaries in the place of the old files; gives the name of one that is held or read-only, where it stops. */
export function installGal(files: PostofficeFiles): string | undefined {
  for (const { temporary, final } of FILES) {
    if (files.isReadOnly(final)) return basename(final);
    try {
      files.rename(temporary, final);
    } catch {
      return basename(final);
    }
  }
  return undefined;
}
