import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { smbclientPlace } from "../../../src/transfer/smbclient/place.ts";
import { openSambaSession } from "../../../src/transfer/smbclient/session.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";
import { startSambaNtHost, type SambaNtHost } from "../../servers/samba-nt-host.ts";
import { need } from "../../support/need.ts";

/** SMB 1 is what smbclient is there for; `RESYNC_LONG=1` adds SMB 3. */
const DIALECTS = [
  { name: "smbclient over SMB 1", smb1: true },
  ...(process.env["RESYNC_LONG"] === undefined ? [] : [{ name: "smbclient over SMB 3", smb1: false }]),
];

describe.skipIf(!need("smbd", "smbclient", "net")).each(DIALECTS)("$name", ({ name, smb1 }) => {
  let host: SambaNtHost;
  let count = 0;
  beforeAll(async () => {
    host = await startSambaNtHost({ smb1Only: smb1 });
  });
  afterAll(() => host.stop());

  placeContract(name, async () => {
    const path = `place ${count++}`;
    await mkdir(join(host.drive, path));
    const session = openSambaSession({ ...host, host: host.address, password: async () => host.password, smb1 });
    return folderBed(
      smbclientPlace(session, { share: "C$", path, label: path }),
      join(host.drive, path),
      async () => undefined,
    );
  });
});
