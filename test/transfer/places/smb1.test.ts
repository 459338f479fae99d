import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { openSmb1Place } from "../../../src/transfer/places/smbclient.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";
import { startSamba, type SambaServer } from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

const A = placePath("RESYNC.GLB");

describe.skipIf(!need("smbd", "smbclient"))("smb1:// through smbclient", () => {
  let old: SambaServer;
  let guests: SambaServer;
  beforeAll(async () => {
    [old, guests] = await Promise.all([startSamba("NT1 only"), startSamba("NT1 only, guest mapping")]);
  });
  afterAll(async () => {
    await Promise.all([old.stop(), guests.stop()]);
  });

  // The ordinary suite runs the contract on the place below this one (test/transfer/smbclient); this takes a minute.
  if (process.env["SMB_MATRIX"] === "1") {
    let count = 0;
    placeContract("NT1 only", async () => {
      const path = `a place/${count++}`;
      const folder = join(old.folder("share"), path);
      mkdirSync(folder, { recursive: true });
      const place = await openSmb1Place(old.address("share", path), { password: async () => old.password });
      return folderBed(place, folder, async () => undefined);
    });
  }

  it("carries a file there, puts it in place and reads it back", async () => {
    const place = await openSmb1Place(old.address("share"), { password: async () => old.password });
    const bytes = Buffer.alloc(300_001, "master list ");
    await place.writeNew(placePath("RS000001.TMG"), bytesOf(bytes));
    await place.replace(placePath("RS000001.TMG"), A);
    expect((await collectBytes(place.read(A), 1_000_000)).equals(bytes)).toBe(true);
    expect(readdirSync(old.folder("share")).filter((name) => name.startsWith("RS"))).toEqual([]);
    await place.close();
  });

  it("says at once what is wrong with password, share, folder and host", async () => {
    const password = async (): Promise<string> => old.password;
    const wrong = openSmb1Place(old.address("share"), { password: async () => "wrong" });
    await expect(wrong).rejects.toMatchObject({ code: "AUTH_FAILED" });
    const share = openSmb1Place({ ...old.address("share"), share: "nosuch" }, { password });
    await expect(share).rejects.toMatchObject({ code: "NOT_FOUND" });
    const folder = openSmb1Place(old.address("share", "no such folder"), { password });
    await expect(folder).rejects.toMatchObject({ code: "NOT_FOUND" });
    const refused = openSmb1Place({ ...old.address("share"), port: 1 }, { password });
    await expect(refused).rejects.toMatchObject({ code: "CONNECT_REFUSED" });
    const nobody = openSmb1Place({ ...old.address("share"), user: undefined }, { password });
    await expect(nobody).rejects.toMatchObject({ code: "USAGE" });
  });

  it("does not come in as a guest, but still as a user of a server that has guests", async () => {
    const stranger = { ...guests.address("share"), user: "nobodyknows" };
    const asGuest = openSmb1Place(stranger, { password: async () => "anything" });
    await expect(asGuest).rejects.toMatchObject({ code: "AUTH_FAILED", facts: { guest: true } });
    const place = await openSmb1Place(guests.address("share"), { password: async () => guests.password });
    expect(await place.list()).toEqual([]);
    await place.close();
  });

  it("does not come in where any password does, and the server does not tell whom it takes us for", async () => {
    const lenient = await startSamba("NT1 only, guests by wrong password");
    for (const password of ["wrong", lenient.password]) {
      const place = openSmb1Place(lenient.address("share"), { password: async () => password });
      await expect(place).rejects.toMatchObject({ code: "AUTH_FAILED", facts: { guest: true } });
    }
    await lenient.stop();
  });

  it("needs smbclient, and says so", async () => {
    const place = openSmb1Place(old.address("share"), {
      password: async () => old.password,
      smbclientProgram: join(old.folder("share"), "no-such-program"),
    });
    await expect(place).rejects.toMatchObject({ code: "PROGRAM_MISSING" });
  });
});
