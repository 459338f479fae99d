import type { GatewayType } from "../address.ts";
import type { PostofficeFiles } from "../files.ts";
import { ALIAS_TYPE, decodeNme, encodeNme, NME_SIZE } from "../records/names.ts";
import { decodeText, encodeText } from "../records/text.ts";
import { nameList, type NameList } from "./name-list.ts";

/** Bytes in front of the first address of a `<gateway>.GLB`; alone they are the empty state (Q119240). */
const HEADER = 4;

/**
 * Reads a gateway's list: aliases in `NME/<gateway>.NME`, addresses in `GLB/<gateway>.GLB`. ASSUMPTION: the alias record's pointer is
 * the offset of a 16-bit length and the address.
 */
export function readGatewayList(files: PostofficeFiles, type: GatewayType): NameList {
  const names = files.readIfAny(`NME/${type}.NME`);
  const addresses = files.readIfAny(`GLB/${type}.GLB`);
  const list = nameList();
  for (let at = 0; at + NME_SIZE <= names.length; at += NME_SIZE) {
    const { alias, tid, pointer } = decodeNme(names, at);
    const length = addresses.readUInt16LE(pointer);
    list.set({ alias, user: decodeText(addresses.subarray(pointer + 2, pointer + 2 + length)), tid });
  }
  return list;
}

/** Writes both files of a gateway's list. */
export function writeGatewayList(files: PostofficeFiles, type: GatewayType, list: NameList): void {
  const nme = Buffer.alloc(list.size * NME_SIZE);
  let glb = Buffer.alloc(HEADER + list.size * 64);
  let pointer = HEADER;
  let at = 0;
  for (const { alias, user, tid } of list.sorted()) {
    const text = encodeText(user);
    if (pointer + 2 + text.length > glb.length) glb = Buffer.concat([glb], 2 * glb.length + text.length);
    encodeNme(nme, at, { type: ALIAS_TYPE.gateway, alias, tid, pointer });
    glb.writeUInt16LE(text.length, pointer);
    glb.set(text, pointer + 2);
    pointer += 2 + text.length;
    at += NME_SIZE;
  }
  files.write(`GLB/${type}.GLB`, glb.subarray(0, pointer));
  files.write(`NME/${type}.NME`, nme);
}
