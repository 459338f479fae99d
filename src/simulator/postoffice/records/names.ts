import { getText, putText } from "./text.ts";

export const USR_SIZE = 53;
export const NME_SIZE = 45;

/** Alias types of NME records: 2 external, 4 group (Q119563, Q107767); 1 local and 3 gateway are assumptions. */
export const ALIAS_TYPE = { local: 1, external: 2, gateway: 3, group: 4 } as const;

/**
 * One record of a USR file. ASSUMPTION: only its 53 bytes are documented (Q77926). @0 flag, @2 alias (31), @33 mailbox (11),
 * @44 TID, @48 record in the INF file counted from 1, 0 for none.
 */
export interface UsrRecord {
  readonly alias: string;
  readonly mailbox: string;
  readonly tid: number;
  readonly info: number;
}

export function encodeUsr(target: Buffer, at: number, record: UsrRecord): void {
  target[at] = 1;
  putText(target, at + 2, 31, record.alias);
  putText(target, at + 33, 11, record.mailbox);
  target.writeUInt32LE(record.tid, at + 44);
  target.writeUInt32LE(record.info, at + 48);
}

export function decodeUsr(source: Buffer, at: number): UsrRecord {
  return {
    alias: getText(source, at + 2, 31),
    mailbox: getText(source, at + 33, 11),
    tid: source.readUInt32LE(at + 44),
    info: source.readUInt32LE(at + 48),
  };
}

/**
 * One record of an NME list: alias @2, the last four bytes a pointer (Q119563): a hexid, or an offset into ADMIN.GRP, NETPO.GLB
 * (Q107767) or, an assumption, `<gateway>.GLB`. That the type stands @0 and the TID @33 is an assumption.
 */
export interface NmeRecord {
  readonly type: number;
  readonly alias: string;
  readonly tid: number;
  readonly pointer: number;
}

export function encodeNme(target: Buffer, at: number, record: NmeRecord): void {
  target.fill(0, at, at + NME_SIZE);
  target[at] = record.type;
  putText(target, at + 2, 31, record.alias);
  target.writeUInt32LE(record.tid, at + 33);
  target.writeUInt32LE(record.pointer, at + 41);
}

export function decodeNme(source: Buffer, at: number): NmeRecord {
  return {
    type: source[at] ?? 0,
    alias: getText(source, at + 2, 31),
    tid: source.readUInt32LE(at + 33),
    pointer: source.readUInt32LE(at + 41),
  };
}
