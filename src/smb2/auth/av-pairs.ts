import { slice, u16 } from "../wire/read.ts";

/** Ids of the attributes in an NTLM target information block (MS-NLMP 2.2.2.1). */
export const AV = { eol: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;

/** One attribute: id and value. */
export type AvPair = readonly [id: number, value: Buffer];

/** Pairs at the most; Windows sends five or six. */
const LIMIT = 64;

/** Reads a target information block up to its end mark, or to its last byte. Throws `PROTOCOL` for a damaged or endless one. */
export function readAvPairs(bytes: Buffer): AvPair[] {
  const pairs: AvPair[] = [];
  let at = 0;
  while (at + 4 <= bytes.length && pairs.length < LIMIT) {
    const id = u16(bytes, at);
    if (id === AV.eol) break;
    const length = u16(bytes, at + 2);
    pairs.push([id, slice(bytes, at + 4, length)]);
    at += 4 + length;
  }
  return pairs;
}

/** Writes pairs in the given order, and the end mark. */
export function writeAvPairs(pairs: readonly AvPair[]): Buffer {
  const parts = [...pairs, [AV.eol, Buffer.alloc(0)] as const].map(([id, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}
