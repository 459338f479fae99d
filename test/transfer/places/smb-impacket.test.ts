import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import type { SmbAddress } from "../../../src/transfer/place-address.ts";
import { openSmbPlace } from "../../../src/transfer/places/smb.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";
import { startImpacket, type ImpacketServer } from "../../servers/impacket.ts";
import { needPython } from "../../support/need.ts";

describe.skipIf(!needPython("impacket.smbserver", "python3-impacket"))(
  "smb:// on a second implementation, Impacket",
  () => {
    let server: ImpacketServer;
    beforeAll(async () => {
      server = await startImpacket();
    });
    afterAll(() => server.stop());
    const address = (path: string): SmbAddress => ({
      kind: "smb",
      domain: undefined,
      user: server.user,
      host: "127.0.0.1",
      port: server.port,
      share: "SHARE",
      path,
    });

    it("carries 20 MB there and back and replaces a file with it", async () => {
      const place = await openSmbPlace(address(""), { password: async () => server.password });
      const bytes = randomBytes(20_000_000);
      await place.writeNew(placePath("A.TMG"), bytesOf(bytes), { size: bytes.length });
      await place.replace(placePath("A.TMG"), placePath("B.GLB"));
      expect((await collectBytes(place.read(placePath("B.GLB")), 30_000_000)).equals(bytes)).toBe(true);
      await place.close();
    });

    it("refuses a wrong password", async () => {
      const place = openSmbPlace(address(""), { password: async () => "wrong" });
      await expect(place).rejects.toMatchObject({ code: "AUTH_FAILED" });
    });

    let count = 0;
    placeContract("Impacket", async () => {
      const path = `place ${count++}`;
      mkdirSync(join(server.folder, path));
      const place = await openSmbPlace(address(path), { password: async () => server.password });
      return folderBed(place, join(server.folder, path), async () => undefined);
    });
  },
);
