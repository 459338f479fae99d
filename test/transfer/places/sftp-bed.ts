import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingReporter } from "../../../src/report/reporter.ts";
import type { SftpFaults } from "../../../src/simulator/sftp-server/faults.ts";
import { startSftpServer, type SftpServer } from "../../../src/simulator/sftp-server/server.ts";
import type { SftpUser } from "../../../src/simulator/sftp-server/users.ts";
import type { Place } from "../../../src/transfer/place.ts";
import { sftpPlace } from "../../../src/transfer/places/sftp.ts";
import type { SshOptions } from "../../../src/transfer/ssh/options.ts";

export const PASSWORD = "S3cret pw";

/** A folder, a server in this process that serves it, and ways to log in there. */
export interface SftpBed {
  readonly folder: string;
  readonly server: SftpServer;
  readonly knownHosts: string;
  readonly reporter: ReturnType<typeof recordingReporter>;
  /** Logs in as `anna`, with her password unless told otherwise. */
  open(ssh?: SshOptions, how?: { user?: string; path?: string; signal?: AbortSignal }): Promise<Place>;
  close(): Promise<void>;
}

/** Starts a server on which anna may log in with a password. */
export async function makeSftpBed(
  faults: SftpFaults = {},
  users: Record<string, SftpUser> = { anna: { password: PASSWORD } },
): Promise<SftpBed> {
  const outside = await mkdtemp(join(tmpdir(), "resync-sftp-"));
  const folder = await mkdtemp(join(outside, "served-"));
  const server = await startSftpServer({ root: folder, users, faults });
  const knownHosts = join(outside, "known_hosts");
  await writeFile(knownHosts, `${server.knownHostsLine}\n`);
  const reporter = recordingReporter();
  const places: Place[] = [];
  return {
    folder,
    server,
    knownHosts,
    reporter,
    open: async (ssh = {}, { user = "anna", path = "/", signal } = {}) => {
      const place = await sftpPlace(
        { kind: "sftp", user, host: server.host, port: server.port, path },
        {
          ssh: {
            knownHostsFiles: [knownHosts],
            keyFiles: [],
            agent: false,
            password: async () => PASSWORD,
            stallMs: 5_000,
            connectMs: 5_000,
            ...ssh,
          },
          reporter,
          ...(signal ? { signal } : {}),
        },
      );
      places.push(place);
      return place;
    },
    close: async () => {
      await Promise.all(places.map(async (place) => place.close()));
      await server.close();
      await rm(outside, { recursive: true, force: true });
    },
  };
}
