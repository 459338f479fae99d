import { openDirectory } from "../../directory/directory.ts";
import { decodeNme, decodeUsr, NME_SIZE, USR_SIZE, ALIAS_TYPE, type NmeRecord } from "../../records/names.ts";
import type { PostofficeFiles } from "../../files.ts";
import type { DirsyncLog } from "../log.ts";

/** One name of the global address list, and the external mailbox it stands for where it comes from a USR file. */
export interface GalName {
  readonly record: NmeRecord;
  readonly external?: { readonly network: string; readonly postoffice: string; readonly mailbox: string };
}

/**
 * Reads ADMIN.NME, every gateway's NME and every USR file (Q96060), sorted by alias. A postoffice without its USR file is
 * message 201, for information (Q96004).
 */
export function collectNames(files: PostofficeFiles, log: DirsyncLog): GalName[] {
  const directory = openDirectory(files);
  const names: GalName[] = [];
  for (const file of ["ADMIN", ...directory.gateways]) {
    const bytes = files.readIfAny(`NME/${file}.NME`);
    for (let at = 0; at + NME_SIZE <= bytes.length; at += NME_SIZE) names.push({ record: decodeNme(bytes, at) });
  }
  for (const { file, network, postoffice } of directory.nodes) {
    if (!files.exists(`USR/${file}.USR`)) log.message("Status", 201, `${network}/${postoffice}`);
    const bytes = files.readIfAny(`USR/${file}.USR`);
    for (let at = 0; at + USR_SIZE <= bytes.length; at += USR_SIZE) {
      const { alias, mailbox, tid } = decodeUsr(bytes, at);
      const record = { type: ALIAS_TYPE.external, alias, tid, pointer: 0 };
      names.push({ record, external: { network, postoffice, mailbox } });
    }
  }
  return names.toSorted((one, other) => compare(one.record.alias.toUpperCase(), other.record.alias.toUpperCase()));
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
