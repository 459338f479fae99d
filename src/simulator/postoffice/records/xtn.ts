import { getText, putText } from "./text.ts";

export const XTN_SIZE = 698;

/** One record of an XTN file: a postoffice of that network (Q148666). */
export interface XtnRecord {
  /** @0, "delete flag" (Q148666); that 1 means active, as in NETWORK.GLB, is an assumption. */
  readonly active: boolean;
  /** @1, 1 to 10 characters. */
  readonly name: string;
  /** @0x0C: 8 hex digits of MBG, KEY, USR, TPL and INF. */
  readonly file: string;
  /** @0x20: `NETWORK/POSTOFFICE` mail goes through, empty for direct; place and form are assumptions. */
  readonly route: string;
}

export function encodeXtn(record: XtnRecord): Buffer {
  const bytes = Buffer.alloc(XTN_SIZE);
  bytes[0] = record.active ? 1 : 0;
  putText(bytes, 1, 11, record.name);
  bytes.write(record.file, 0x0c, 8, "latin1");
  putText(bytes, 0x20, 22, record.route);
  return bytes;
}

export function decodeXtn(bytes: Buffer): XtnRecord {
  return {
    active: bytes[0] === 1,
    name: getText(bytes, 1, 11),
    file: getText(bytes, 0x0c, 8),
    route: getText(bytes, 0x20, 22),
  };
}
