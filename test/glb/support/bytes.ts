import { textCodec } from "../../../src/glb/code-page.ts";
import { fieldsWidth, type GlbLayout } from "../../../src/glb/layouts.ts";
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

/** A record and its bytes in a file. */
export interface Piece {
  readonly record: GlbRecord;
  readonly bytes: Buffer;
}

/** The records of a file, each with its own bytes; the file's header is left out. */
export async function encodePieces(records: readonly GlbRecord[], layout: GlbLayout): Promise<Piece[]> {
  const file = await encodeAll(records, { layout });
  const beside = fieldsWidth(layout.before) + layout.terminator.length + fieldsWidth(layout.after);
  const scratch = new Uint8Array(100_000);
  let at = layout.fileHeader.length;
  return records.map((record) => {
    const text = record.text.replaceAll("\r\n", layout.newline);
    const size = beside + textCodec(850).encodeInto(text, scratch, 0, []);
    const end = at + Math.ceil(size / layout.align) * layout.align;
    const piece = { record, bytes: file.subarray(at, end) };
    at = end;
    return piece;
  });
}
