/** An answer before it is protected: its status and its body. */
export interface PeerAnswer {
  status: number;
  body: Buffer;
}

/** Body of an error answer (MS-SMB2 2.2.2). */
export function errorBody(): Buffer {
  return bytes(9, [[0, 9]]);
}

/** A buffer with 16-bit and 32-bit numbers at places. */
export function bytes(
  length: number,
  words: [at: number, value: number][],
  longs: [at: number, value: number][] = [],
): Buffer {
  const buffer = Buffer.alloc(length);
  for (const [at, value] of words) buffer.writeUInt16LE(value, at);
  for (const [at, value] of longs) buffer.writeUInt32LE(value, at);
  return buffer;
}
