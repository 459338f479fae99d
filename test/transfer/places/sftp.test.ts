import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Place } from "../../../src/transfer/place.ts";
import { sftpPlace } from "../../../src/transfer/places/sftp.ts";
import { startSftpServer, type SftpServer } from "../../../src/simulator/sftp-server/server.ts";
import type { SftpFaults } from "../../../src/simulator/sftp-server/faults.ts";
import { folderBed, placeContract, type PlaceBed } from "../../contract/place.ts";

const PASSWORD = "S3cret pw";

async function bed(
  faults: SftpFaults = {},
  stallMs = 5_000,
): Promise<PlaceBed & { server: SftpServer; place: Place; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "resync-sftp-"));
  const server = await startSftpServer({ root: folder, users: { anna: { password: PASSWORD } }, faults });
  const knownHosts = join(folder, "..", `known-${server.port}`);
  await writeFile(knownHosts, `${server.knownHostsLine}\n`);
  const place = await sftpPlace(
    { kind: "sftp", user: "anna", host: server.host, port: server.port, path: "/" },
    {
      ssh: {
        knownHostsFiles: [knownHosts],
        keyFiles: [],
        agent: false,
        password: async () => PASSWORD,
        stallMs,
        connectMs: 5_000,
      },
    },
  );
  const close = async (): Promise<void> => {
    await place.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
    await rm(knownHosts, { force: true });
  };
  return { ...folderBed(place, folder, close), server, place, folder };
}

placeContract("sftp, in-process server", async () => bed());
placeContract("sftp, without posix-rename and fsync", async () => bed({ noPosixRename: true, noFsync: true }));
placeContract("sftp, with short reads", async () => bed({ shortReads: 10_000 }));
