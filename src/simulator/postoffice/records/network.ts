import { getText, putText } from "./text.ts";

export const NETWORK_SIZE = 122;

/** One record of NETWORK.GLB: a network, or a gateway (Q148666). */
export interface NetworkRecord {
  readonly active: boolean;
  /** @1: 0x10 is MS Mail, 0x64 FFAPI (Q148666); the others are assumptions. */
  readonly type: number;
  /** @2, 1 to 10 characters. */
  readonly name: string;
  /** @0x0D: 8 hex digits of the XTN file; blank for gateways. */
  readonly xtn: string;
  /** @0x21: 8 hex digits of a gateway's MBG and KEY. */
  readonly mailbag: string;
}

/** Types in @1. SNADS, PROFS, OV and the mail gateways: assumption. */
export const NETWORK_TYPE = { PCM: 0x10, CSI: 0x64, SNADS: 0x20, PROFS: 0x21, OV: 0x22, gateway: 0x30 } as const;

export function encodeNetwork(record: NetworkRecord): Buffer {
  const bytes = Buffer.alloc(NETWORK_SIZE);
  bytes[0] = record.active ? 1 : 0;
  bytes[1] = record.type;
  putText(bytes, 2, 11, record.name);
  bytes.write(record.xtn, 0x0d, 8, "latin1");
  bytes.write(record.mailbag, 0x21, 8, "latin1");
  return bytes;
}

export function decodeNetwork(bytes: Buffer): NetworkRecord {
  return {
    active: bytes[0] === 1,
    type: bytes[1] ?? 0,
    name: getText(bytes, 2, 11),
    xtn: getText(bytes, 0x0d, 8),
    mailbag: getText(bytes, 0x21, 8),
  };
}
