import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode, ResyncError } from "../../../../../src/errors.ts";
import { DXA_KEY, DXA_SERVICE, type DssHost } from "../../../../../src/push/generate/dss-host.ts";
import { generate } from "../../../../../src/push/generate/generate.ts";
import type { GenerateRequest } from "../../../../../src/push/generate/request.ts";
import { dssHostContract } from "../../../../contract/dss-host.ts";
import { startWine, WINE_PROGRAMS, type WineHost } from "../../../../servers/wine.ts";
import { need } from "../../../../support/need.ts";
import { testContext } from "../../support.ts";

interface Failure {
  readonly prepare: (wine: WineHost) => Promise<unknown>;
  readonly request?: Partial<GenerateRequest>;
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** Where the failure keeps the service; running, as found, when left out. */
  readonly state?: string;
}

const FOREVER = 600_000;

const FAILURES: Record<string, Failure> = {
  "the service never stops": {
    prepare: ({ knob }) => knob("StopMs", FOREVER),
    request: { stateTimeoutMs: 500 },
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still stop-pending after .* s; it should be stopped/u,
    hint: /System logs/u,
    state: "stop-pending",
  },
  "the service never starts": {
    prepare: ({ knob }) => knob("StartMs", FOREVER),
    // Stopping has to come in time, on a busy machine too.
    request: { stateTimeoutMs: 5_000 },
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still start-pending after .* s; it should be running/u,
    hint: /System logs/u,
    state: "start-pending",
  },
  "its account cannot log on": {
    prepare: ({ knob }) => knob("FailStart", 1069),
    code: "SERVICE_START_FAILED",
    exitCode: 6,
    message: /stopped again while starting: error 1069, the service account could not log on/u,
    hint: /password of the Exchange service account/u,
    state: "stopped",
  },
  "the file is never finished": {
    prepare: ({ knob }) => knob("StepMs", FOREVER),
    request: { timeoutMs: 2000 },
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /did not finish C:\\exchsrvr\\dxadata\\Resync\.glb within/u,
    hint: /full disk/u,
  },
  "the value is never taken": {
    prepare: ({ knob }) => knob("IgnoreValue", 1),
    request: { timeoutMs: 500 },
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, there is no file/u,
    hint: /Dirsync Server object/u,
  },
  "Dxadata is not where the registry says": {
    prepare: ({ dxadata }) => rm(dxadata, { recursive: true }),
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /there is no folder C:\\exchsrvr\\dxadata/u,
    hint: /right server/u,
  },
};

describe.skipIf(!need(...WINE_PROGRAMS))("Windows as Wine makes it", { timeout: 120_000 }, () => {
  let wine: WineHost;
  let host: DssHost;
  let run: string;
  beforeAll(async () => {
    wine = await startWine();
    host = wine.open();
    run = await mkdtemp(join(tmpdir(), "resync-run-"));
  }, 120_000);
  afterAll(async () => {
    await wine.stop();
    await rm(run, { recursive: true });
  });

  let count = 0;
  dssHostContract("Wine", async () => {
    const folder = join(wine.drive, `folder ${++count}`);
    await mkdir(folder);
    return {
      host: wine.open(),
      folder: `C:\\folder ${count}`,
      put: (name, bytes) => writeFile(join(folder, name), bytes),
      program: { path: "C:\\Exchsrvr\\BIN\\dxa.exe", version: "5.5.2653.23" },
      patienceMs: 20_000,
      close: () => wine.reset(),
    };
  });

  const request = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
    requestors: ["NETWORK/PO1"],
    timeoutMs: 30_000,
    stateTimeoutMs: 30_000,
    pollMs: 20,
    settleMs: 20,
    privateCopy: join(run, `copy-${++count}.glb`),
    backupFile: join(run, `backup-${count}.reg`),
    ...more,
  });

  describe("generation", () => {
    beforeEach(() => wine.reset());

    it.each([
      ["three names", ["NETWORK/PO1", "Dirsync Requestor 2", "Büro Süd"]],
      ["200 names", Array.from({ length: 200 }, (_, index) => `NETWORK/Postoffice ${index} ß`)],
    ])("has a list written for %s, and everything is as it was", async (_, requestors) => {
      const before = await host.listValues(DXA_KEY);
      const asked = request({ requestors });
      const list = await generate(host, asked, await testContext());
      expect(await wine.asked()).toEqual(requestors);
      expect((await readFile(asked.privateCopy)).equals(wine.list)).toBe(true);
      expect(list).toMatchObject({ dxaVersion: "5.5.2653.23", globalMax: true, dxadata: "C:\\exchsrvr\\dxadata" });
      expect(await host.listValues(DXA_KEY)).toEqual(before);
      expect((await host.queryService(DXA_SERVICE)).state).toBe("running");
    });

    it.each(Object.entries(FAILURES))("%s: said by its name, the registry as it was", async (_, failure) => {
      await failure.prepare(wine);
      const before = await host.listValues(DXA_KEY);
      const error = await generate(host, request(failure.request), await testContext()).then(
        () => undefined,
        (reason: ResyncError) => reason,
      );
      expect(error).toMatchObject({ code: failure.code, exitCode: failure.exitCode });
      expect(error?.message).toMatch(failure.message);
      expect(error?.hint).toMatch(failure.hint);
      expect(await host.listValues(DXA_KEY)).toEqual(before);
      expect((await host.queryService(DXA_SERVICE)).state).toBe(failure.state ?? "running");
    });
  });

  it("is refused by a machine without the service", async () => {
    await wine.reset();
    await host.requestStop(DXA_SERVICE);
    await wine.wine("sc", "delete", DXA_SERVICE);
    await expect(host.queryService(DXA_SERVICE)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(generate(host, request(), await testContext())).rejects.toMatchObject({
      code: "DSS_NOT_READY",
      exitCode: 3,
      message: expect.stringMatching(/has no registry key HKEY_LOCAL_MACHINE.*not installed/u),
    });
  });
});
