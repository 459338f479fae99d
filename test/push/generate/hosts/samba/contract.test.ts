import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { openSambaHost } from "../../../../../src/push/generate/hosts/samba.ts";
import { dssHostContract } from "../../../../contract/dss-host.ts";
import { startSambaNtHost, type SambaNtHost, type SambaNtOptions } from "../../../../servers/samba-nt-host.ts";
import { need } from "../../../../support/need.ts";
import { peFile } from "../../../../support/pe-file.ts";

const VERSION = "5.5.2653.23";
const ordinary = { uid: 65_534, gid: 65_534, name: "nobody" };
/** NT 4 and 2000 speak SMB 1 only; `RESYNC_LONG=1` adds newer dialects, and smbd as an ordinary user even when root runs the tests. */
const ALL: readonly { name: string; smb1: boolean; long: boolean; options: SambaNtOptions }[] = [
  { name: "SMB 1 only, as NT 4", smb1: true, long: false, options: { smb1Only: true } },
  { name: "SMB 3", smb1: false, long: true, options: {} },
  { name: "smbd of an ordinary user", smb1: false, long: true, options: { as: ordinary } },
];
const long = process.env["RESYNC_LONG"] !== undefined;
const root = process.getuid?.() === 0;
const BEDS = ALL.filter((bed) => (long || !bed.long) && (root || bed.options.as === undefined));

describe.skipIf(!need("smbd", "net", "smbclient")).each(BEDS)("Samba: $name", ({ name, smb1, options }) => {
  let bed: SambaNtHost;
  let count = 0;
  beforeAll(async () => {
    bed = await startSambaNtHost(options);
    writeFileSync(join(bed.drive, "exchsrvr/bin/dxa.exe"), peFile({ version: VERSION }));
  });
  afterAll(() => bed.stop());

  dssHostContract(name, async () => {
    const folder = join(bed.drive, `folder ${++count}`);
    mkdirSync(folder);
    if (options.as) chownSync(folder, options.as.uid, options.as.gid);
    const { address, port, user, password } = bed;
    const host = openSambaHost(
      { host: address, port, user, domain: undefined },
      { password: async () => password, smb1 },
    );
    return {
      host,
      folder: `C:\\folder ${count}`,
      put: (file, bytes) => writeFile(join(folder, file), bytes),
      program: { path: "C:\\exchsrvr\\bin\\dxa.exe", version: VERSION },
      logEvent: async ({ log, ...event }) => void bed.events[log].push({ ...event, at: Math.floor(Date.now() / 1000) }),
      patienceMs: 5000,
      close: () => bed.reset(),
    };
  });
});
