import { chown, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { sftpPlace } from "../../../src/transfer/places/sftp.ts";
import { placeContract } from "../../contract/place.ts";
import { folderBed } from "../../contract/place-bed.ts";
import { makeSshdBed, needSshd, SSHD_USER, type Sshd, type SshdBed } from "../../servers/openssh.ts";

describe.skipIf(!needSshd())("against OpenSSH's sshd", () => {
  let bed: SshdBed;
  let plain: Sshd;
  let old: Sshd;
  beforeAll(async () => {
    bed = await makeSshdBed();
    plain = await bed.start();
    old = await bed.start({ subsystem: "internal-sftp -P posix-rename,fsync,hardlink,statvfs" });
  });
  afterAll(async () => bed.close());

  const open = (server: () => Sshd) => async () => {
    const folder = await mkdtemp(join(bed.data, "place-"));
    if (process.getuid?.() === 0) await chown(folder, 4242, 4242);
    const place = await sftpPlace(
      { kind: "sftp", user: SSHD_USER, host: "127.0.0.1", port: server().port, path: folder },
      { ssh: { knownHostsFiles: [server().knownHosts], keyFiles: [bed.keys.ed25519], agent: false, stallMs: 10_000 } },
    );
    return folderBed(place, folder, async () => rm(folder, { recursive: true, force: true }));
  };
  placeContract(
    "sftp, OpenSSH",
    open(() => plain),
  );
  placeContract(
    "sftp, OpenSSH without its extensions",
    open(() => old),
  );
});
