/** A repeatable source of whole numbers from 0 to below its argument. */
export type Random = (below: number) => number;

/** `base` after one to six changes of the kinds that lines, disks and people make, and of some that nobody makes. May be empty. */
export function mutated(base: Buffer, random: Random): Buffer {
  let bytes = base;
  for (let times = 1 + random(6); times > 0 && bytes.length > 0; times--) {
    bytes = (CHANGES[random(CHANGES.length)] as (typeof CHANGES)[number])(bytes, random);
  }
  return bytes;
}

const CHANGES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => changed(bytes, random(bytes.length), random(256)),
  (bytes, random) => changed(bytes, random(bytes.length), TELLING[random(TELLING.length)] as number),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => bytes.subarray(random(bytes.length)),
  (bytes, random) => cut(bytes, random(bytes.length), random(40)),
  (bytes, random) =>
    insert(bytes, random(bytes.length), Buffer.from(Array.from({ length: random(40) }, () => random(256)))),
  (bytes, random) => insert(bytes, random(bytes.length), bytes.subarray(random(bytes.length)).subarray(0, random(300))),
  (bytes, random) => insert(bytes, random(bytes.length), Buffer.from("A A A PCM:R T M D#".repeat(random(8)))),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random(600), random(256))]),
];

/** Bytes that mean something to a reader: ends, tabs, blanks, the code of an add, the filling of flash memory. */
const TELLING = [0, 9, 10, 13, 0x20, 0x41, 0xff];

function changed(bytes: Buffer, at: number, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = byte;
  return copy;
}

function cut(bytes: Buffer, at: number, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
}

function insert(bytes: Buffer, at: number, more: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}
