import { formatHeader } from "../../src/glb/header.ts";
import { encodeGlb } from "../../src/glb/write.ts";
import { collectBytes } from "../../src/transfer/bytes.ts";

/** A small list that names the requestors, in the simulator's layout. */
export function masterList(requestors: readonly string[]): Promise<Uint8Array> {
  const texts = [
    formatHeader({ impSeq: 2, reqSeq: 40, srvSeq: 1200 }),
    "R pcm:NORTH/PO1",
    ...requestors.map((name, index) => `A ${name.slice(0, 26)} ${index}\tpcm:NORTH/PO1/USER${index}`),
  ];
  const records = texts.map((text, index) => ({ sync: index + 1, stamp: 900_000_000, text }));
  return collectBytes(encodeGlb(records), 10_000_000);
}
