import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode, ResyncError } from "../../../../../src/errors.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import { openSambaHost } from "../../../../../src/push/generate/hosts/samba.ts";
import type { GenerateRequest } from "../../../../../src/push/generate/request.ts";
import type { SambaNtHost } from "../../../../servers/samba-nt-host.ts";
import { STATE } from "../../../../servers/samba-nt/scm.ts";
import { need, needRoot } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";
import { generateBed, type GenerateBed } from "./generate-bed.ts";

interface Failure {
  readonly prepare: (nt: SambaNtHost) => unknown;
  readonly request?: Partial<GenerateRequest>;
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** Where the failure keeps the service; as found when left out. */
  readonly state?: number;
  /** Only with `RESYNC_LONG=1`: the parts of it are tested on the host alone (samba.test.ts) or on the simulated DSS. */
  readonly long?: boolean;
}

const KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeDX";

const FAILURES: Record<string, Failure> = {
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
    long: true,
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
    prepare: ({ dxa }) => (dxa.diskFull = true),
    request: { timeoutMs: 1500 },
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /did not finish C:\\exchsrvr\\dxadata\\Resync\.glb within .* still there, the file has \d+ bytes/u,
    hint: /full disk/u,
    long: true,
  },
  "somebody holds the file": {
    prepare: ({ dxa }) => Object.assign(dxa, { exclusive: true, stepMs: 1500, delayMs: 0 }),
    request: { timeoutMs: 1500 },
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
const chosen = Object.entries(FAILURES).filter(([, { long }]) => !long || process.env["RESYNC_LONG"] !== undefined);

/** A loaded machine runs a hundred small programs slowly. */
const PATIENCE = { timeout: 120_000 };

describe.skipIf(!need("smbd", "net", "smbclient"))("generation on a Samba host, when", PATIENCE, () => {
  let bed: GenerateBed;
  beforeAll(async () => {
    bed = await generateBed({ smb1: false });
  });
  afterAll(() => bed.close());
  beforeEach(() => bed.reset());

  it.each(chosen)("%s: said by its name, and everything put back", async (_, failure) => {
    await failure.prepare(bed.nt);
    const before = await bed.picture();
    const host = bed.open();
    const context = await testContext();
    const error = await generate(host, bed.request(failure.request), context).then(
      () => undefined,
      (reason: ResyncError) => reason,
    );
    await host.close();
    expect(error).toMatchObject({ code: failure.code, exitCode: failure.exitCode });
    expect(error?.message).toMatch(failure.message);
    expect(error?.hint).toMatch(failure.hint);
    const after = await bed.picture();
    expect(after.registry).toBe(before.registry);
    expect(after.state).toBe(failure.state ?? before.state);
    const told = JSON.stringify([context.entries, context.reporter.events, error]) + String(error?.stack);
    expect(told).toContain(bed.nt.address);
    expect(told).not.toContain(bed.nt.password);
  });

  it("the password is wrong: refused before anything is changed", async () => {
    const before = await bed.picture();
    const host = bed.open({ password: async () => "wrong" });
    await expect(generate(host, bed.request(), await testContext())).rejects.toMatchObject({
      code: "AUTH_FAILED",
      exitCode: 4,
      message: expect.stringContaining("NT_STATUS_LOGON_FAILURE"),
    });
    await host.close();
    expect(await bed.picture()).toEqual(before);
  });

  it.skipIf(!needRoot())("the account has no rights: refused, everything as it was", async () => {
    const before = await bed.picture();
    const host = bed.open({ password: async () => bed.nt.limited?.password }, "limited");
    await expect(generate(host, bed.request(), await testContext())).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      hint: expect.stringContaining("Administrators"),
    });
    await host.close();
    expect(await bed.picture()).toEqual(before);
  });

  it("the host is not there, or silent: ended in bounded time", async () => {
    const silent = createServer((socket) => void socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const silentPort = typeof address === "object" && address !== null ? address.port : 0;
    for (const [name, port, code, idleMs] of [
      ["127.0.0.1", 1, "CONNECT_REFUSED", undefined],
      ["nosuch.invalid", 445, "HOST_NOT_FOUND", undefined],
      ["127.0.0.1", silentPort, "STALLED", 500],
    ] as const) {
      const to = { host: name, port, user: "a", domain: undefined };
      const host = openSambaHost(to, { password: async () => "b", smb1: true, idleMs });
      await expect(generate(host, bed.request(), await testContext())).rejects.toMatchObject({ code, exitCode: 4 });
      await host.close();
    }
    await new Promise((resolve) => silent.close(resolve));
  });
});
