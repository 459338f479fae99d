import { openDirectory, type KnownNode } from "../../directory/directory.ts";
import type { PostofficeFiles } from "../../files.ts";
import { ALIAS_TYPE, decodeNme, decodeUsr, NME_SIZE, USR_SIZE, type NmeRecord } from "../../records/names.ts";
import type { DirsyncLog } from "../log.ts";

/** One name of the global address list. */
export interface GalName extends NmeRecord {
  /** The external mailbox it stands for, where it comes from a USR file. */
  readonly node?: KnownNode;
  readonly mailbox?: string;
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
    for (let at = 0; at + NME_SIZE <= bytes.length; at += NME_SIZE) names.push(decodeNme(bytes, at));
  }
  for (const node of directory.nodes) {
    const { file, network, postoffice } = node;
    if (!files.exists(`USR/${file}.USR`)) log.message("Status", 201, `${network}/${postoffice}`);
    const bytes = files.readIfAny(`USR/${file}.USR`);
    for (let at = 0; at + USR_SIZE <= bytes.length; at += USR_SIZE) {
      const { alias, mailbox, tid } = decodeUsr(bytes, at);
      names.push({ type: ALIAS_TYPE.external, alias, tid, pointer: 0, node, mailbox });
    }
  }
  return sortedByAlias(names);
}

function sortedByAlias(names: readonly GalName[]): GalName[] {
  const keys = names.map(({ alias }) => alias.toUpperCase());
  const order = Uint32Array.from(names, (_, index) => index);
  order.sort((one, other) => compare(keys[one] ?? "", keys[other] ?? ""));
  return Array.from(order, (index) => names[index]).filter((name) => name !== undefined);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
