import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { openSmbPlace } from "../../../src/transfer/places/smb.ts";
import { folderBed, placeContract } from "../../contract/place.ts";
import {
  SAMBA_VARIANTS,
  startSamba,
  type SambaServer,
  type SambaShare,
  type SambaVariant,
} from "../../servers/samba.ts";
import { need } from "../../support/need.ts";

/** The servers that differ most; `SMB_MATRIX=1` runs the contract on all of them. */
const MAIN: readonly SambaVariant[] = ["defaults", "encryption required", "2.0.2 only"];
const variants = SAMBA_VARIANTS.filter((name) => !name.startsWith("NT1"));
const chosen = process.env["SMB_MATRIX"] === "1" ? variants : variants.filter((name) => MAIN.includes(name));

describe.skipIf(!need("smbd")).each(chosen)("smb:// on Samba, %s", (variant) => {
  let server: SambaServer;
  beforeAll(async () => {
    server = await startSamba(variant);
  });
  afterAll(() => server.stop());
  contract("share");
  if (variant === "defaults") contract("change");

  function contract(share: SambaShare): void {
    let count = 0;
    placeContract(`${variant}, ${share}`, async () => {
      const path = `a place/${count++}`;
      const folder = join(server.folder(share), path);
      mkdirSync(folder, { recursive: true });
      const place = await openSmbPlace(server.address(share, path), { password: async () => server.password });
      return folderBed(place, folder, async () => undefined);
    });
  }
});
