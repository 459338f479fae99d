import { malformed } from "../failures.ts";
import { slice, u8 } from "../wire/read.ts";

/** Tags that SPNEGO uses (X.690). */
export const TAG = { octets: 0x04, oid: 0x06, sequence: 0x30, application: 0x60 } as const;

/** The tag `[n]` around a field of a SPNEGO message. */
export const context = (n: number): number => 0xa0 + n;

/** One element: tag, length, contents. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

/** An element that was read: its tag and its contents, as a view. */
export interface Element {
  readonly tag: number;
  readonly body: Buffer;
}

/** The elements that stand side by side in `bytes`. Throws `PROTOCOL` for lengths that do not fit; never goes deeper by itself. */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = u8(bytes, at);
    const first = u8(bytes, at + 1);
    const more = first < 0x80 ? 0 : first & 0x7f;
    if (more > 3) throw malformed("an element of its log-on message is too long");
    const length = more === 0 ? first : slice(bytes, at + 2, more).readUIntBE(0, more);
    elements.push({ tag, body: slice(bytes, at + 2 + more, length) });
    at += 2 + more + length;
  }
  return elements;
}

/** The contents of the first element with `tag` in `bytes`, or `undefined`. */
export function child(bytes: Buffer | undefined, tag: number): Buffer | undefined {
  return bytes === undefined ? undefined : readElements(bytes).find((element) => element.tag === tag)?.body;
}
