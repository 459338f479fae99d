import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDaemon } from "./samba-nt/processes.ts";
import { answers, freePort } from "./ports.ts";

const PYTHON = "/usr/bin/python3";

/** Impacket's SMB server, a second implementation: SMB 2.0.2, written by others than Samba's. */
export interface ImpacketServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts a server with one share, `SHARE`. */
export async function startImpacket(): Promise<ImpacketServer> {
  const folder = mkdtempSync(join(tmpdir(), "resync-impacket-"));
  const port = await freePort();
  const log = `${folder}.log`;
  const daemon = startDaemon([PYTHON, "-c", PROGRAM, folder, String(port)], log, {});
  const stop = async (): Promise<void> => {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(log, { force: true });
  };
  if (!(await answers(port))) {
    await stop();
    throw new Error("Impacket's SMB server did not start");
  }
  return { port, user: "backup", password: "S3cret!pw", folder, stop };
}

const PROGRAM = `
import sys
from impacket.smbserver import SimpleSMBServer
from impacket.ntlm import compute_lmhash, compute_nthash
server = SimpleSMBServer(listenAddress='127.0.0.1', listenPort=int(sys.argv[2]))
server.addShare('SHARE', sys.argv[1])
server.setSMB2Support(True)
server.addCredential('backup', 0, compute_lmhash('S3cret!pw'), compute_nthash('S3cret!pw'))
server.start()
`;
