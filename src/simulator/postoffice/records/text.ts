import { DEFAULT_CODE_PAGE, textCodec } from "../../../glb/code-page.ts";

/** Postoffice text is code page 850 (Q156063). */
const codec = textCodec(DEFAULT_CODE_PAGE);

/** Writes `text` into `width` bytes from `at`, NUL-padded, cut so that at least one NUL ends it. */
export function putText(target: Buffer, at: number, width: number, text: string): void {
  target.fill(0, at, at + width);
  const bytes = encodeText(text);
  target.set(bytes.subarray(0, width - 1), at);
}

/** The text in `width` bytes from `at`, up to its first NUL. */
export function getText(source: Buffer, at: number, width: number): string {
  const nul = source.indexOf(0, at);
  const end = nul < 0 || nul > at + width ? at + width : nul;
  return codec.decode(source, at, end);
}

/** The bytes of `text` in code page 850; what it lacks becomes `?`. */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.alloc(text.length * 2);
  return bytes.subarray(0, codec.encodeInto(text, bytes, 0, []));
}

/** The text of code page 850 bytes. */
export function decodeText(bytes: Buffer): string {
  return codec.decode(bytes, 0, bytes.length);
}

/** The bytes cut into records of `size`; a short rest is left out. */
export function recordsOf(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
