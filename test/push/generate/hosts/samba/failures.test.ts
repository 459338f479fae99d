import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode, ResyncError } from "../../../../../src/errors.ts";
import type { DssHost } from "../../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { openSambaHost } from "../../../../../src/push/generate/hosts/samba.ts";
import type { GenerateRequest } from "../../../../../src/push/generate/request.ts";
import type { SambaNtHost } from "../../../../servers/samba-nt-host.ts";
import { STATE } from "../../../../servers/samba-nt/scm.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";
import { generateBed, type GenerateBed } from "./generate-bed.ts";

interface Failure {
  readonly prepare?: (nt: SambaNtHost) => unknown;
  /** The host as it is gone to, when not in the usual way. */
  readonly open?: (bed: GenerateBed) => DssHost;
  readonly request?: Partial<GenerateRequest>;
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** Where the failure keeps the service; as found when left out. */
  readonly state?: number;
  /** The stand-in DXA shuts others out through our own client, which speaks SMB 2 and 3. */
  readonly notSmb1?: boolean;
  /** Needs an account with fewer rights, which only a bed of root's has. */
  readonly root?: boolean;
  /** Beyond what the short form of the suite must show: only with `RESYNC_LONG=1`. */
  readonly long?: boolean;
}

const KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";

const FAILURES: Record<string, Failure> = {
  "the password is wrong": {
    open: (bed) => bed.open({ password: async () => "wrong" }),
    code: "AUTH_FAILED",
    exitCode: 4,
    message: /NT_STATUS_LOGON_FAILURE/u,
    hint: /Check user, domain and password/u,
  },
  "the account has no rights": {
    open: (bed) => bed.open({ password: async () => bed.nt.limited?.password }, "limited"),
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /NT_STATUS_ACCESS_DENIED/u,
    hint: /administrators/iu,
    root: true,
  },
  "the host is unreachable": {
    open: () => elsewhere(1),
    code: "CONNECT_REFUSED",
    exitCode: 4,
    message: /somebody cannot log on: 127\.0\.0\.1: /u,
    hint: /Nothing listens there/u,
  },
  "the host is unknown": {
    open: () => elsewhere(445, "nosuch.invalid"),
    code: "HOST_NOT_FOUND",
    exitCode: 4,
    message: /somebody cannot log on: nosuch\.invalid: /u,
    hint: /etc\/hosts/u,
  },
  "the host is silent": {
    open: () => elsewhere(silentPort),
    code: "STALLED",
    exitCode: 4,
    message: /heard nothing from the other machine for 0\.5 s/u,
    hint: /firewall/u,
  },
  "the key is missing": {
    prepare: ({ net }) => net("deletekey_recursive", KEY),
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /has no registry key HKEY_LOCAL_MACHINE.*not installed/u,
    hint: /MS Mail Connector/u,
  },
  "the service is missing": {
    prepare: ({ scm }) => (scm.missing = true),
    code: "NOT_FOUND",
    exitCode: 3,
    message: /has no service MSExchangeDX/u,
    hint: /right server/u,
  },
  "the service never stops": {
    prepare: ({ scm }) => (scm.stopNever = true),
    request: { stateTimeoutMs: 600 },
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still stop-pending after .* s; it should be stopped/u,
    hint: /System logs/u,
    state: STATE.stopPending,
  },
  "the service never starts": {
    prepare: ({ scm }) => (scm.startNever = true),
    request: { stateTimeoutMs: 600 },
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still start-pending after .* s; it should be running/u,
    hint: /System logs/u,
    state: STATE.startPending,
  },
  "its account cannot log on": {
    prepare: ({ scm }) => (scm.failStart = 1069),
    code: "SERVICE_START_FAILED",
    exitCode: 6,
    message: /refuses to start .*error 1069.*the service account could not log on/u,
    hint: /password of the Exchange service account/u,
    state: STATE.stopped,
  },
  "a stop is refused": {
    prepare: ({ scm }) => (scm.failStop = 1051),
    code: "SERVICE_STOP_FAILED",
    exitCode: 6,
    message: /refuses to stop .*error 1051.*other services depend on it/u,
    hint: /depend/u,
    long: true,
  },
  "the drive's share is missing": {
    prepare: ({ net }) => net("setvalue", KEY, "DXADataPath", "sz", "Q:\\dxadata"),
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /has no share Q\$, through which Q:\\dxadata would be reached/u,
    hint: /net share Q\$=Q:\\/u,
  },
  "the disk is full": {
    prepare: ({ dxa, events }) => {
      dxa.diskFull = true;
      dxa.onFull = () =>
        events.Application.push({ source: "MSExchangeDX", id: 268, text: "Error 112", at: 1_800_000_000 });
    },
    request: { timeoutMs: 2500 },
    code: "NOT_PRODUCED",
    exitCode: 6,
    message:
      /did not finish C:\\exchsrvr\\dxadata\\Resync\.glb within .* still there, the file has \d+ bytes.*MSExchangeDX 268 \(a file in Dxadata could not be opened/u,
    hint: /full disk/u,
  },
  "somebody holds the file": {
    prepare: ({ dxa }) => Object.assign(dxa, { exclusive: true, stepMs: 1500, delayMs: 0 }),
    request: { timeoutMs: 1500 },
    notSmb1: true,
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /the file \(\d+ bytes so far\) is held open by another program/u,
    hint: /--timeout/u,
  },
  "the value is never taken": {
    prepare: ({ dxa }) => (dxa.ignoreValue = true),
    request: { timeoutMs: 500 },
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, there is no file/u,
    hint: /Dirsync Server object/u,
    long: true,
  },
};
const long = process.env["RESYNC_LONG"] !== undefined;
const chosen = Object.entries(FAILURES).filter(([, failure]) => long || failure.long !== true);
/** SMB 3 in the short form of the suite; the other tests here go by SMB 1. */
const DIALECTS = [
  { dialect: "SMB 3", smb1: false },
  { dialect: "SMB 1", smb1: true },
].slice(0, long ? 2 : 1);

/** A loaded machine runs a hundred small programs slowly. */
const PATIENCE = { timeout: 120_000 };
/** No failure may take longer, whatever it waits for: the requests wait 10 s at most, and putting back comes on top. */
const BOUND_MS = 90_000;

let silentPort = 0;
function elsewhere(port: number, host = "127.0.0.1"): DssHost {
  const to = { host, port, user: "somebody", domain: undefined };
  return openSambaHost(to, { password: async () => "b", smb1: true, ...(port === silentPort ? { idleMs: 500 } : {}) });
}

const available = need("smbd", "net", "smbclient", "rpcclient");
describe.skipIf(!available).each(DIALECTS)("generation on a Samba host over $dialect, when", PATIENCE, ({ smb1 }) => {
  let bed: GenerateBed;
  const silent = createServer((socket) => void socket.resume());
  const said = new Map<string, string>();
  beforeAll(async () => {
    bed = await generateBed({ smb1 });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    silentPort = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(async () => {
    await new Promise((resolve) => silent.close(resolve));
    await bed.close();
  });
  beforeEach(() => bed.reset());

  const failures = chosen.filter(([, failure]) => !smb1 || failure.notSmb1 !== true);
  it.each(failures)("%s: said by its name, in bounded time, and everything put back", async (name, failure) => {
    if (failure.root === true && bed.nt.limited === undefined) return;
    await failure.prepare?.(bed.nt);
    const before = await bed.picture();
    const host = failure.open?.(bed) ?? bed.open();
    const context = await testContext();
    const began = performance.now();
    const error = await generate(host, bed.request(failure.request), context).then(
      () => undefined,
      (reason: ResyncError) => reason,
    );
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    await host.close();
    expect(error).toMatchObject({ code: failure.code, exitCode: failure.exitCode });
    expect(error?.message).toMatch(failure.message);
    expect(error?.hint).toMatch(failure.hint);
    said.set(name, error?.message ?? "");
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(failure.state ?? before.state);
    if (failure.exitCode < 6) expect(after.files).toEqual(before.files);
    const told = JSON.stringify([context.entries, context.reporter.events, error]) + String(error?.stack);
    expect(told).not.toContain(bed.nt.password);
  });

  it("each says its own", () => {
    expect(said.size).toBeGreaterThanOrEqual(12);
    for (const [name, message] of said) {
      const fitting = chosen.filter(([, failure]) => failure.message.test(message)).map(([one]) => one);
      expect(fitting, message).toEqual([name]);
    }
  });
});
