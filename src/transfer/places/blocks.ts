import { abortable } from "../../abort.ts";

/**
 * The bytes of `source` in blocks of exactly `size` bytes, the last one shorter. Ends with `abortError` as soon as `signal` aborts, even
 * while the source is silent. A block is valid only until the next one is asked for.
 */
export async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of abortable(source, signal)) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, size - filled);
      if (taken === size) {
        yield Buffer.from(chunk.buffer, chunk.byteOffset + at, size);
      } else {
        block.set(chunk.subarray(at, at + taken), filled);
        filled += taken;
        if (filled === size) {
          yield block;
          filled = 0;
        }
      }
      at += taken;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
