import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { openShare } from "../../src/smb2/connect.ts";
import { createFile } from "../../src/smb2/files/create.ts";
import { makeBed } from "./samba-nt/bed.ts";
import { daemonsReady, startDaemons } from "./samba-nt/daemons.ts";
import { diligent, playDxa, type DxaKnobs } from "./samba-nt/dxa.ts";
import { eventlog, type EventLogs } from "./samba-nt/eventlog.ts";
import { serveNamedPipe } from "./samba-nt/named-pipe.ts";
import type { RunAs } from "./samba-nt/processes.ts";
import { obedient, scmService, STATE, type ScmKnobs, type ScmService } from "./samba-nt/scm.ts";
import { svcctl } from "./samba-nt/svcctl.ts";

export interface SambaNtOptions {
  /** Speaks SMB1 only, as NT 4 does. */
  smb1Only?: boolean;
  /** Default 445 as root, 4450 else. */
  port?: number;
  /** Lets in as a guest who gives a wrong password, and who is not known: `map to guest = bad password`, shares open to guests. */
  guests?: boolean;
  /** Run as this account instead of the caller's; only root may ask. */
  as?: { uid: number; gid: number; name: string };
}

/** A private smbd that poses as an NT host with an Exchange DSS: real registry, real shares, our own Service Control Manager. */
export interface SambaNtHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** An account that may read the registry and nothing else; only in a bed that root runs. */
  readonly limited: { user: string; password: string } | undefined;
  /** What `C:` is on this machine. */
  readonly drive: string;
  readonly dxadata: string;
  readonly scm: ScmKnobs;
  readonly dxa: DxaKnobs;
  readonly service: ScmService;
  /** The event logs; a test may write to them. */
  readonly events: EventLogs;
  /** The registry below the service's key as `net registry export` writes it: to compare value by value. */
  registry(): Promise<string>;
  /** `net registry ARGS` on the host's own registry; gives what it prints. */
  net(...args: string[]): Promise<string>;
  /** Makes a folder below `C:`, `/` between parts. */
  makeFolder(path: string): void;
  /** Makes the service's key what it was at the start, and the service run. */
  reset(): Promise<void>;
  /** The trigger value's strings; empty without the value. */
  trigger(): Promise<string[]>;
  /** Settles when the DXA's present work is done; rejects when it failed. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";
const TRIGGER = "ResyncConnectionRDNs";
const GLB = "Resync.glb";

/** Starts the bed on a loopback address of its own; ready when it settles. Nothing outside its temporary folder is written. */
export async function startSambaNtHost(options: SambaNtOptions = {}): Promise<SambaNtHost> {
  const root = process.getuid?.() === 0 && options.as === undefined;
  const as: RunAs = options.as ? { uid: options.as.uid, gid: options.as.gid } : {};
  const address = ownAddress();
  const port = options.port ?? (root ? 445 : 4450);
  const account = options.as?.name ?? userInfo().username;
  const password = "Adm!n pw";
  const limited = root ? { user: "limited", password: "limited pw" } : undefined;
  const smb1Only = options.smb1Only ?? false;
  const guests = options.guests ?? false;
  const bed = makeBed({ address, port, account, password, limited: limited?.password, smb1Only, guests, as });

  const net = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("net", ["registry", "-s", bed.conf, "-d0", ...args], as)).stdout;
  const trigger = async (): Promise<string[]> => {
    const text = await net("getvalueraw", KEY, TRIGGER).catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  };
  /** Over SMB, because only there do share modes count. */
  const writeAlone = async (pieces: AsyncIterable<Uint8Array>): Promise<void> => {
    const credentials = { user: "Administrator", domain: "", password };
    const share = await openShare({ host: address, port, share: "C$", credentials });
    await createFile(share, `exchsrvr/dxadata/${GLB}`, pieces, { existing: "overwrite" });
    await share.close();
  };

  const scm = obedient();
  const dxa = diligent();
  let work = Promise.resolve();
  const heard = { kicks: 0, starts: 0 };
  const service = scmService("MSExchangeDX", scm, (state) => {
    if (state === "kicked") heard.kicks += 1;
    if (state !== "running") return;
    heard.starts += 1;
    const { starts, kicks } = heard;
    const around = {
      async kicked() {
        const waits = () => heard.kicks === kicks && heard.starts === starts && service.state !== STATE.stopped;
        while (waits()) await delay(20);
        return heard.kicks > kicks && heard.starts === starts;
      },
      readTrigger: trigger,
      // Somebody may have taken it away again meanwhile.
      removeTrigger: async () => void (await net("deletevalue", KEY, TRIGGER).catch(() => "")),
      write: (pieces: AsyncIterable<Uint8Array>, alone: boolean) =>
        alone ? writeAlone(pieces) : writeFile(join(bed.dxadata, GLB), pieces),
    };
    work = Promise.all([work, playDxa(around, dxa)]).then(() => undefined);
    work.catch(() => undefined);
  });
  const mta = scmService("MSExchangeMTA", obedient(), () => undefined);
  const manager = await serveNamedPipe(join(bed.pipes, "svcctl"), svcctl([service, mta], scm));
  bed.own(join(bed.pipes, "svcctl"));
  const events: EventLogs = { Application: [], System: [] };
  const logs = await serveNamedPipe(join(bed.pipes, "eventlog"), eventlog(events));
  bed.own(join(bed.pipes, "eventlog"));
  const daemons = startDaemons(bed, root, as);
  const stop = async (): Promise<void> => {
    scm.hang = false;
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    await work.catch(() => undefined);
    await new Promise((resolve) => manager.close(resolve));
    await new Promise((resolve) => logs.close(resolve));
    rmSync(bed.folder, { recursive: true, force: true });
  };
  try {
    await daemonsReady(bed, address, port);
  } catch (error) {
    const log = readFileSync(bed.log, "utf8");
    await stop();
    throw new Error(`the Samba bed did not start: ${log}`, { cause: error });
  }
  return {
    address,
    port,
    user: "Administrator",
    password,
    limited,
    drive: bed.drive,
    dxadata: bed.dxadata,
    scm,
    dxa,
    service,
    events,
    trigger,
    net,
    makeFolder(path) {
      mkdirSync(join(bed.drive, path));
      bed.own(join(bed.drive, path));
    },
    async registry() {
      const file = join(bed.folder, "registry.reg");
      rmSync(file, { force: true });
      await net("export", KEY, file).catch(() => "");
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    },
    async reset() {
      await net("deletekey_recursive", KEY).catch(() => "");
      await net("import", bed.seed);
      events.Application.length = 0;
      events.System.length = 0;
      service.restore();
    },
    idle: () => work,
    stop,
  };
}

let started = 0;

/** An address in 127/8 that no other bed on this machine uses: smbd listens on it without any configuration. */
function ownAddress(): string {
  const number = (process.pid * 8 + (started++ % 8)) & 0x3fffff;
  return `127.${64 + (number >> 16)}.${(number >> 8) & 255}.${number & 255 || 1}`;
}
