import { ResyncError } from "../errors.ts";
import { DEFAULT_CODE_PAGE, textCodec, type CodePage } from "./code-page.ts";
import { SIMULATOR_LAYOUT, type GlbLayout } from "./layouts.ts";
import { recordDecoder } from "./record-decoder.ts";
import type { GlbRecord } from "./record.ts";

/** How records are read. */
export interface DecodeOptions {
  /** Default: the simulator's, which is an assumption. */
  readonly layout?: GlbLayout;
  /** Default 850. */
  readonly codePage?: CodePage;
}

/**
 * The records of a GLB queue file whose layout is known. Strict: throws `FILE_NOT_USABLE` with the byte offset at the first byte that
 * does not fit, a wrong checksum and a cut-off tail included; the records before it have been yielded. An empty file has no records.
 */
export async function* decodeGlb(
  source: AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
): AsyncGenerator<GlbRecord> {
  const layout = options.layout ?? SIMULATOR_LAYOUT;
  const codec = textCodec(options.codePage ?? DEFAULT_CODE_PAGE);
  const decoder = recordDecoder(layout);
  const { found } = decoder;
  let bytes: Buffer = Buffer.alloc(0);
  let base = 0;
  let at = 0;
  let headerRead = layout.fileHeader.length === 0;

  for await (const chunk of source) {
    bytes = at === bytes.length ? asBuffer(chunk) : Buffer.concat([bytes.subarray(at), chunk]);
    base += at;
    at = 0;
    if (!headerRead) {
      if (bytes.length < layout.fileHeader.length) continue;
      if (layout.fileHeader.some((byte, index) => bytes[index] !== byte)) {
        throw notReadable(0, "the file does not begin as this layout does", layout);
      }
      at = layout.fileHeader.length;
      headerRead = true;
    }
    while (at < bytes.length) {
      const framed = decoder.frame(bytes, at, bytes.length, false);
      if (framed === "more") break;
      const fault = framed === "ok" ? decoder.check(bytes) : framed;
      if (fault !== undefined) throw notReadable(base + at, `the record there is not whole: ${fault.text}`, layout);
      const text = codec.decode(bytes, found.textFrom, found.textTo);
      yield {
        sync: found.sync,
        stamp: found.stamp,
        text: layout.newline === "\r\n" ? text : text.replaceAll(layout.newline, "\r\n"),
      };
      at = found.next;
    }
  }
  if (at < bytes.length || (!headerRead && bytes.length > 0)) {
    throw notReadable(
      base + at,
      `the last ${bytes.length - at} bytes are not a whole record: the file is cut off`,
      layout,
    );
  }
}

function notReadable(offset: number, what: string, layout: GlbLayout): ResyncError {
  return new ResyncError("FILE_NOT_USABLE", {
    message: `Cannot read the master list at byte ${offset}: ${what}.`,
    hint: "Have the file generated again, or carry it again from where it was made.",
    facts: { offset, layout: layout.name },
  });
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
