import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hasCode } from "../../../src/errors.ts";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { openSmbPlace, type SmbPlace } from "../../../src/transfer/places/smb.ts";
import { startSamba } from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

/** `SMB_MATRIX=1` does a thousand. */
const REPLACES = process.env["SMB_MATRIX"] === "1" ? 1000 : 150;
const A = placePath("RS000001.TMG");
const B = placePath("RESYNC.GLB");
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it.skipIf(!need("smbd"))(
  `${REPLACES} replaces while others read: nothing torn, nothing missing`,
  async () => {
    const server = await startSamba();
    const open = async (): Promise<SmbPlace> =>
      openSmbPlace(server.address("share"), { password: async () => server.password });
    const [writer, ...readers] = await Promise.all([open(), open(), open()]);
    const versions = [1, 200_000, 70_001, 1_200_000].map((size) => randomBytes(size));
    const known = new Set(versions.map(digest));
    const seen = { reads: 0, torn: 0, missing: 0 };
    const note = (bytes: Uint8Array): void => {
      seen.reads += 1;
      if (!known.has(digest(bytes))) seen.torn += 1;
    };
    const done = new AbortController();
    const overSmb = async (place: SmbPlace): Promise<void> => {
      while (!done.signal.aborted) {
        await collectBytes(place.read(B), 2_000_000).then(note, (error: unknown) => {
          if (hasCode(error, "NOT_FOUND")) {
            seen.missing += 1;
          } else throw error;
        });
      }
    };
    const onDisk = async (): Promise<void> => {
      while (!done.signal.aborted)
        await readFile(join(server.folder("share"), B)).then(note, () => (seen.missing += 1));
    };
    const replaceOnce = async (version: Uint8Array): Promise<void> => {
      await writer.writeNew(A, bytesOf(version), { size: version.length });
      expect(await writer.replace(A, B)).toEqual({ atomic: true });
    };
    await replaceOnce(versions[0] ?? Buffer.alloc(0));
    const reading = Promise.all([...readers.map(overSmb), onDisk()]);
    try {
      for (let i = 0; i < REPLACES; i++) await replaceOnce(versions[i % versions.length] ?? Buffer.alloc(0));
    } finally {
      done.abort();
      await reading;
      await Promise.all([writer, ...readers].map((place) => place.close()));
      await server.stop();
    }
    if (REPLACES === 1000) process.stderr.write(`1,000 replaces: ${JSON.stringify(seen)}\n`);
    expect(seen.reads).toBeGreaterThan(REPLACES / 10);
    expect({ torn: seen.torn, missing: seen.missing }).toEqual({ torn: 0, missing: 0 });
  },
  120_000,
);
