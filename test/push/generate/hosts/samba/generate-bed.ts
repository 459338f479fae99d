import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DssHost } from "../../../../../src/push/generate/dss-host.ts";
import { openSambaHost, type SambaHostOptions } from "../../../../../src/push/generate/hosts/samba.ts";
import type { GenerateRequest } from "../../../../../src/push/generate/request.ts";
import { startSambaNtHost, type SambaNtHost } from "../../../../servers/samba-nt-host.ts";
import { diligent } from "../../../../servers/samba-nt/dxa.ts";
import { obedient } from "../../../../servers/samba-nt/scm.ts";
import { masterList } from "../../../../support/master-list.ts";
import { peFile } from "../../../../support/pe-file.ts";

/** A Samba NT host that is asked for master lists, and a folder for the run's own files. */
export interface GenerateBed {
  readonly nt: SambaNtHost;
  readonly folder: string;
  /** Makes everything as at the start. */
  reset(): Promise<void>;
  open(options?: Partial<SambaHostOptions>, user?: string): DssHost;
  request(more?: Partial<GenerateRequest>): GenerateRequest;
  /** What must be as found: registry, service, and Dxadata's files. */
  picture(): Promise<{ registry: string; state: number; files: Record<string, string> }>;
  close(): Promise<void>;
}

/** `ordinary` runs smbd as an account without rights, which only root can ask for. */
export async function generateBed(how: { smb1: boolean; ordinary?: boolean }): Promise<GenerateBed> {
  const { smb1, ordinary = false } = how;
  const nt = await startSambaNtHost({ smb1Only: smb1, ...(ordinary ? { as: NOBODY } : {}) });
  const folder = await mkdtemp(join(tmpdir(), "resync-run-"));
  let runs = 0;
  return {
    nt,
    folder,
    async reset() {
      Object.assign(nt.scm, obedient());
      Object.assign(nt.dxa, diligent(), { content: masterList });
      await nt.idle();
      await nt.reset();
      await rm(nt.dxadata, { recursive: true, force: true });
      nt.makeFolder("exchsrvr/dxadata");
      await writeFile(join(nt.drive, "exchsrvr/bin/dxa.exe"), peFile({ version: "5.5.2653.23" }));
    },
    open: (options = {}, user = nt.user) =>
      openSambaHost(
        { host: nt.address, port: nt.port, user, domain: undefined },
        { password: async () => nt.password, smb1, ...options },
      ),
    request(more = {}) {
      runs += 1;
      return {
        requestors: ["NETWORK/PO1"],
        timeoutMs: 10_000,
        stateTimeoutMs: 5000,
        pollMs: 20,
        settleMs: 20,
        privateCopy: join(folder, `copy-${runs}.glb`),
        backupFile: join(folder, `backup-${runs}.reg`),
        ...more,
      };
    },
    async picture() {
      const files: Record<string, string> = {};
      for (const name of (await readdir(nt.dxadata)).toSorted())
        files[name] = await readFile(join(nt.dxadata, name), "latin1");
      return { registry: await nt.registry(), state: nt.service.state, files };
    },
    async close() {
      await nt.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const NOBODY = { uid: 65_534, gid: 65_534, name: "nobody" };
