import { encodeGlb, type EncodeOptions } from "../../../src/glb/write.ts";
import type { GlbRecord } from "../../../src/glb/record.ts";

/** All chunks of `source` as one buffer. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** All items of an async iterable. */
export async function toArray<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** `bytes` in chunks of `size`; the last may be shorter. */
export async function* chunked(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The file that `records` make. */
export function encodeAll(records: Iterable<GlbRecord>, options?: EncodeOptions): Promise<Buffer> {
  return collect(encodeGlb(records, options));
}
