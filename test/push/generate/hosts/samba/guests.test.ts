import { describe, expect, it } from "vitest";
import { DXA_KEY, DXA_SERVICE } from "../../../../../src/push/generate/dss-host.ts";
import { openSambaHost } from "../../../../../src/push/generate/hosts/samba.ts";
import { startSambaNtHost } from "../../../../servers/samba-nt-host.ts";
import { need } from "../../../../support/need.ts";

/** A loaded machine runs many small programs slowly. */
const PATIENCE = { timeout: 120_000 };

describe.skipIf(!need("smbd", "net", "smbclient"))("a host that lets wrong passwords in as guests", PATIENCE, () => {
  it.each([
    ["SMB 1", true],
    ["SMB 3", false],
  ])("%s: nothing is done as a guest, and everything with the right password", async (_name, smb1) => {
    const bed = await startSambaNtHost({ smb1Only: smb1, guests: true });
    const open = (user: string, password: string) =>
      openSambaHost(
        { host: bed.address, port: bed.port, user, domain: undefined },
        { password: async () => password, smb1 },
      );
    try {
      const before = await bed.registry();
      for (const [user, password] of [
        [bed.user, "wrong"],
        ["nobodyknows", bed.password],
      ] as const) {
        const guest = open(user, password);
        const refused = { code: "AUTH_FAILED", exitCode: 4 };
        await expect(guest.queryService(DXA_SERVICE)).rejects.toMatchObject(refused);
        await expect(guest.listValues(DXA_KEY)).rejects.toMatchObject(refused);
        await expect(guest.writeValue(DXA_KEY, "X", { type: "REG_DWORD", data: 1 })).rejects.toMatchObject(refused);
        await expect(guest.requestStop(DXA_SERVICE)).rejects.toMatchObject(refused);
        await expect((await guest.openFolder("C:\\exchsrvr")).list()).rejects.toMatchObject(refused);
        await expect(guest.eventMark()).rejects.toMatchObject(refused);
        await guest.close();
      }
      expect(await bed.registry()).toBe(before);
      const host = open(bed.user, bed.password);
      expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
      expect((await host.listValues(DXA_KEY)).size).toBeGreaterThan(0);
      expect((await (await host.openFolder("C:\\exchsrvr")).list()).length).toBeGreaterThan(0);
      await host.close();
    } finally {
      await bed.stop();
    }
  });
});
