import fc from "fast-check";
import { expect, it } from "vitest";
import { frameReader, writePrefix } from "../../src/smb2/wire/frames.ts";
import { pour } from "../../src/smb2/wire/line.ts";

const KEEP_ALIVE = Buffer.from([0x85, 0, 0, 0]);

function framed(message: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  writePrefix(prefix, message.length);
  return Buffer.concat([prefix, message]);
}

it("gives the same messages however the line cuts the stream", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 4000, max: 20_000 }));
  fc.assert(
    fc.property(
      fc.array(fc.record({ size, keepAlive: fc.boolean() }), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 20 }),
      (plan, cuts) => {
        const messages = plan.map(({ size: bytes }, at) => Buffer.alloc(bytes, at + 1));
        const stream = Buffer.concat(
          messages.flatMap((message, at) => [...(plan[at]?.keepAlive ? [KEEP_ALIVE] : []), framed(message)]),
        );
        const got: Buffer[] = [];
        const reader = frameReader((message) => void got.push(message));
        for (let at = 0, cut = 0; at < stream.length; cut += 1) {
          const length = cuts[cut % cuts.length] ?? 1;
          pour(stream.subarray(at, at + length), reader);
          at += length;
        }
        expect(got.length).toBe(messages.length);
        expect(got.every((message, at) => messages[at]?.equals(message))).toBe(true);
      },
    ),
  );
});

it("receives a large message where it will be handed over, without a copy", () => {
  const got: Buffer[] = [];
  const reader = frameReader((message) => void got.push(message));
  pour(framed(Buffer.alloc(100_000, 7)).subarray(0, 1000), reader);
  const room = reader.room();
  expect(room.length).toBe(100_000 - 996);
  room.fill(9);
  reader.arrived(room.length);
  expect(got[0]?.buffer).toBe(room.buffer);
  expect(got[0]?.subarray(0, 996).every((byte) => byte === 7)).toBe(true);
  expect(got[0]?.subarray(996).every((byte) => byte === 9)).toBe(true);
});

it("has room for what follows something that is no message", () => {
  const reader = frameReader(() => undefined);
  expect(() => pour(Buffer.alloc(4096, "HTTP"), reader)).toThrow(/begins no SMB message/u);
  expect(reader.room().length).toBeGreaterThan(0);
});
