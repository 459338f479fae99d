import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, collectBytes } from "../../../src/transfer/bytes.ts";
import { placePath } from "../../../src/transfer/place.ts";
import { openSmbPlace, type SmbPlace } from "../../../src/transfer/places/smb.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed, type PlaceBed } from "../../contract/place-bed.ts";
import { readOnlyContract } from "../../contract/read-only-place.ts";
import { startSamba, type SambaServer, type SambaShare, type SambaVariant } from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

/** What a session with each kind of server comes to, where we require signing and it decides the rest: dialect, signing, encryption. */
const SESSIONS = {
  defaults: ["3.1.1", "aes-gmac", "none"],
  "signing mandatory": ["3.1.1", "aes-gmac", "none"],
  "encryption required": ["3.1.1", "none", "aes-128-gcm"],
  "3.1.1 only": ["3.1.1", "aes-gmac", "none"],
  "2.0.2 only": ["2.0.2", "hmac-sha256", "none"],
  "2.1 only, signing": ["2.1", "hmac-sha256", "none"],
  "3.0 only": ["3.0", "aes-cmac", "none"],
  "3.0 only, encryption": ["3.0", "none", "aes-128-ccm"],
  "3.0.2 only, encryption": ["3.0.2", "none", "aes-128-ccm"],
  "AES-128-CCM": ["3.1.1", "none", "aes-128-ccm"],
  "AES-256-CCM": ["3.1.1", "none", "aes-256-ccm"],
  "AES-256-GCM": ["3.1.1", "none", "aes-256-gcm"],
  "AES-CMAC": ["3.1.1", "aes-cmac", "none"],
  "HMAC-SHA256": ["3.1.1", "hmac-sha256", "none"],
  "guest mapping": ["3.1.1", "aes-gmac", "none"],
} as const satisfies Partial<Record<SambaVariant, readonly [string, string, string]>>;
type Variant = keyof typeof SESSIONS;

/** The servers that differ most get the whole contract in the ordinary suite; `SMB_MATRIX=1` gives it to all. */
const MAIN: readonly Variant[] = ["defaults", "encryption required", "2.0.2 only"];
const WHOLE = process.env["SMB_MATRIX"] === "1";

describe.skipIf(!need("smbd")).each(Object.keys(SESSIONS) as Variant[])("smb:// on Samba, %s", (variant) => {
  let server: SambaServer;
  let count = 0;
  beforeAll(async () => {
    server = await startSamba(variant);
  });
  afterAll(async () => server.stop());
  const open = async (share: SambaShare, path: string): Promise<SmbPlace> =>
    openSmbPlace(server.address(share, path), { password: async () => server.password });
  const bed = (share: SambaShare) => async (): Promise<PlaceBed> => {
    const path = `a place/${(count += 1)}`;
    const folder = join(server.folder(share), path);
    mkdirSync(folder, { recursive: true });
    const place = await open(share, path);
    return folderBed(place, folder, async () => rmSync(folder, { recursive: true }));
  };

  it("agrees on what it should, and carries a file there, into place and back", async () => {
    const place = await open("share", "");
    const [dialect, signing, encryption] = SESSIONS[variant];
    expect(place.session).toEqual({ dialect, signing, encryption });
    const bytes = Buffer.alloc(3_000_001, "master list ");
    const [temporary, final] = [placePath("RS000001.TMG"), placePath("RESYNC.GLB")];
    await place.writeNew(temporary, bytesOf(bytes), { size: bytes.length });
    await place.replace(temporary, final);
    expect((await collectBytes(place.read(final), 1e7)).equals(bytes)).toBe(true);
    await place.remove(final);
    await place.close();
  });

  if (WHOLE || MAIN.includes(variant)) placeContract(variant, bed("share"));
  if (variant !== "defaults") return;
  placeContract("a share with the permission Change", bed("change"));
  readOnlyContract("a read-only share", bed("ro"));
  // Only root can make a disk.
  if (process.getuid?.() === 0) placeContract("a disk of 8 MB", bed("tiny"));
});
