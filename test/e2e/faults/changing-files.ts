import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { steppingClock } from "../../../src/clock.ts";
import { openJournal, type Journal, type RunId } from "../../../src/journal/journal.ts";
import { openShare } from "../../../src/smb2/connect.ts";
import { openHandle } from "../../../src/smb2/files/handle.ts";
import { ACCESS, CREATE_OPTION, DISPOSITION, SHARE } from "../../../src/smb2/messages/access.ts";
import { bytesOf } from "../../../src/transfer/bytes.ts";
import { collect } from "../../../src/transfer/collect.ts";
import { deliver } from "../../../src/transfer/deliver.ts";
import { fingerprint } from "../../../src/transfer/digest.ts";
import type { Manifest } from "../../../src/transfer/manifest.ts";
import { GLB_NAME, MANIFEST_NAME } from "../../../src/transfer/names.ts";
import { parsePlaceAddress } from "../../../src/transfer/place-address.ts";
import { WAYS, type Way, type WayName } from "./ways.ts";

/** Longer than what is under way at once, so that what happens at its start is still to be read at its end. */
const LONG = 28_000_000;
const PAIR = [GLB_NAME, MANIFEST_NAME].toSorted();
const { signal } = new AbortController();

const ABOUT: Omit<Manifest, "id" | "size" | "sha256"> = {
  format: "msmail-resync-delivery",
  version: 1,
  createdAt: "2026-11-23T21:40:30Z",
  tool: "resync 0.1.0",
  dss: "simulated:x",
  requestors: ["NET/PO1"],
  header: null,
  counts: null,
};

/** What becomes of a list that changes, or is in use, while it is delivered or taken this way. */
export function filesThatChange(name: WayName): void {
  describe(`files that change under a delivery, ${name}`, () => {
    const possible = WAYS[name].there();
    let way: Way;
    let here: string;
    let journal: Journal;
    let count = 0;
    beforeAll(async () => {
      if (possible) way = await WAYS[name].start();
    });
    afterAll(async () => way?.stop());
    beforeEach(async () => {
      here = await mkdtemp(join(tmpdir(), "resync-changing-"));
      const start = { run: "20261126-184030-k3f9" as RunId, command: "push", host: "test", version: "0", data: {} };
      journal = await openJournal(async () => undefined, steppingClock(new Date(0)), start);
    });
    afterEach(async () => rm(here, { recursive: true }));

    const bed = async () => {
      const folder = `changing-${(count += 1)}`;
      const address = way.folder("open", folder);
      return { address, there: way.onDisk(folder), place: await way.open(address) };
    };
    const list = async (bytes: Buffer) => {
      const file = join(here, `list-${bytes.length}`);
      writeFileSync(file, bytes);
      return { file, manifest: { ...ABOUT, id: `id-${bytes.length}`, ...(await fingerprint(bytesOf(bytes))) } };
    };

    /** Opens a file over a session of its own, as a program that lets nobody else at it. */
    const holdOpen = async (address: string, file: string) => {
      const { host, port, share, path } = parsePlaceAddress(address) as {
        host: string;
        port: number;
        share: string;
        path: string;
      };
      const credentials = { user: "backup", domain: "", password: way.login().env["RESYNC_SMB_PASSWORD"] ?? "" };
      const other = await openShare({ host, port, share, credentials });
      const alone = {
        path: `${path}/${file}`,
        access: ACCESS.readData | ACCESS.writeData | ACCESS.synchronize,
        share: SHARE.nothing,
        disposition: DISPOSITION.open,
        options: CREATE_OPTION.notFolder,
      };
      await openHandle(other, alone, "Holding");
      return other;
    };

    it.skipIf(!possible).each([
      ["grows", (path: string) => appendFileSync(path, "more"), ["DELIVERY_INCOMPLETE"]],
      ["shrinks", (path: string) => truncateSync(path, LONG - 2_000_000), ["DELIVERY_INCOMPLETE", "FILE_CHANGED"]],
    ] as const)(
      "a list that %s while it is taken is not taken",
      async (how, change, codes) => {
        const { there, place } = await bed();
        await deliver(place, await list(randomBytes(LONG)), { journal, signal });
        let changed = false;
        const onProgress = (): void => {
          if (!changed) change(join(there, GLB_NAME));
          changed = true;
        };
        const copy = join(here, "copy");
        const end = await collect(place, { copy, signal, onProgress }).catch((error: unknown) => error);
        // smbclient reads what the file had when it was opened: that is the whole list, and proved to be it.
        const wholeAnyway = name === "smb1" && how === "grows";
        expect(end).toMatchObject(wholeAnyway ? { size: LONG } : { code: expect.toBeOneOf([...codes]) });
        expect(existsSync(copy)).toBe(wholeAnyway);
        await place.close();
      },
      120_000,
    );

    it.skipIf(!possible).each([
      ["grows", (path: string) => appendFileSync(path, Buffer.alloc(3_000_000))],
      ["shrinks", (path: string) => truncateSync(path, LONG - 2_000_000)],
    ] as const)(
      "a list that %s while it is sent is not delivered, and the old one stays",
      async (_how, change) => {
        const { there, place } = await bed();
        const old = randomBytes(5000);
        await deliver(place, await list(old), { journal, signal });
        const fresh = await list(randomBytes(LONG));
        let changed = false;
        const onProgress = (): void => {
          if (!changed) change(fresh.file);
          changed = true;
        };
        const sending = deliver(place, fresh, { journal, signal, onProgress });
        await expect(sending).rejects.toMatchObject({
          code: "FILE_CHANGED",
          state: expect.stringContaining("stands unchanged"),
        });
        expect((await readdir(there)).toSorted()).toEqual(PAIR);
        expect(readFileSync(join(there, GLB_NAME)).equals(old)).toBe(true);
        await place.close();
      },
      120_000,
    );

    it.skipIf(!possible)(
      "a list that somebody is reading is replaced or FILE_BUSY, and the reader gets it whole",
      async () => {
        const { address, there, place } = await bed();
        const old = randomBytes(LONG);
        await deliver(place, await list(old), { journal, signal });
        const reader = await way.open(address);
        const reading = reader.read(GLB_NAME)[Symbol.asyncIterator]();
        const parts = [(await reading.next()).value as Uint8Array];
        const fresh = randomBytes(5000);
        const end = await deliver(place, await list(fresh), { journal, signal }).catch((error: unknown) => error);
        // Over SMB 1 the old file has to be removed first, which Samba refuses meanwhile, as Windows does.
        expect(end).toMatchObject(name === "smb1" ? { code: "FILE_BUSY" } : { outcome: "delivered" });
        for (let part = await reading.next(); part.done !== true; part = await reading.next()) parts.push(part.value);
        expect(Buffer.concat(parts).equals(old)).toBe(true);
        expect(readFileSync(join(there, GLB_NAME)).equals(name === "smb1" ? old : fresh)).toBe(true);
        expect((await readdir(there)).toSorted()).toEqual(PAIR);
        await Promise.all([place.close(), reader.close()]);
      },
      240_000,
    );

    it.skipIf(!possible || name !== "smb")("a list that somebody holds open alone is replaced, by Samba", async () => {
      const { address, there, place } = await bed();
      const old = randomBytes(5000);
      await deliver(place, await list(old), { journal, signal });
      const other = await holdOpen(address, GLB_NAME);
      const fresh = randomBytes(6000);
      const end = await deliver(place, await list(fresh), { journal, signal }).catch((error: unknown) => error);
      expect(end).toMatchObject({ outcome: "delivered" });
      expect(readFileSync(join(there, GLB_NAME)).equals(fresh)).toBe(true);
      expect((await readdir(there)).toSorted()).toEqual(PAIR);
      await Promise.all([place.close(), other.close()]);
    });

    it.skipIf(!possible || name !== "smb")(
      "what an earlier delivery left and a dead connection still holds open keeps no delivery waiting",
      async () => {
        const { address, there, place } = await bed();
        for (const left of ["RS00000A.TMG", "RS00000B.TMG"]) writeFileSync(join(there, left), "half");
        const other = await holdOpen(address, "RS00000A.TMG");
        expect(await deliver(place, await list(randomBytes(5000)), { journal, signal })).toMatchObject({
          outcome: "delivered",
          removedLeftovers: ["RS00000B.TMG"],
        });
        expect((await readdir(there)).toSorted()).toEqual([...PAIR, "RS00000A.TMG"].toSorted());

        await other.close();
        expect(await deliver(place, await list(randomBytes(6000)), { journal, signal })).toMatchObject({
          removedLeftovers: ["RS00000A.TMG"],
        });
        expect((await readdir(there)).toSorted()).toEqual(PAIR);
        await place.close();
      },
    );
  });
}
