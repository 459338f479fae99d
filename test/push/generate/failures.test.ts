import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../../../src/clock.ts";
import type { ErrorCode, ResyncError } from "../../../src/errors.ts";
import { DXA_KEY, TRIGGER_VALUE } from "../../../src/push/generate/dss-host.ts";
import { generate } from "../../../src/push/generate/generate.ts";
import { DSS_FAILURES, type DssFailure } from "../../../src/simulator/dss/failures.ts";
import type { ServiceRecord } from "../../../src/simulator/dss/service.ts";
import { dssBed, pictureOf, putEarlier, requestFor, testContext, type DssBed } from "./support.ts";

interface Expected {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** The service afterwards; it was running. */
  readonly service?: string;
  readonly state: RegExp;
}

/** What each named failure must end in. `succeeds`: a healthy tool copes with it. */
const EXPECTED: Record<DssFailure, Expected | "succeeds"> = {
  "value-ignored": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message:
      /did not finish C:\\exchsrvr\\dxadata\\Resync\.glb within .* is still there, there is no file, the service is running/u,
    hint: /Dirsync Server object/u,
    state:
      /was put back: ResyncConnectionRDNs was removed; GlobalMaxSeqInResync was removed; MSExchangeDX is running, as found; the earlier Resync\.glb is kept as/u,
  },
  "value-never-removed": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, the file has [\d,]+ bytes/u,
    hint: /--accept-value-left/u,
    state: /what the DSS has written \([\d,]+ bytes\) is kept as C:\\exchsrvr\\dxadata\\RS/u,
  },
  "value-removed-early": "succeeds",
  "no-file": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is gone, there is no file/u,
    hint: /compare the requestor names with the RDNs/u,
    state: /was put back/u,
  },
  "empty-file": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is gone, the file is empty/u,
    hint: /wrote nothing usable/u,
    state: /what the DSS has written \(0 bytes\) is kept as/u,
  },
  "half-file": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /stopped by itself .* \(error 1067: its process ended unexpectedly\)/u,
    hint: /Application log/u,
    state: /MSExchangeDX was started again, as found/u,
  },
  "disk-full": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message:
      /is still there, the file has [\d,]+ bytes.* MSExchangeDX 268 \(a file in Dxadata could not be opened, Q153658\)/u,
    hint: /full disk/u,
    state: /was put back/u,
  },
  "sharing-violation": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is gone, the file \([\d,]+ bytes so far\) is held open by another program/u,
    hint: /--timeout/u,
    state: /is still open in another program and stays there/u,
  },
  "unknown-requestor": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is gone, there is no file/u,
    hint: /compare the requestor names with the RDNs/u,
    state: /was put back/u,
  },
  "needs-pause": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, there is no file, the service is running/u,
    hint: /--kick-after/u,
    state: /was put back/u,
  },
  "pauses-for-real": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, there is no file, the service is running/u,
    hint: /--kick-after/u,
    state: /was put back/u,
  },
  "needs-second-restart": {
    code: "NOT_PRODUCED",
    exitCode: 6,
    message: /is still there, the file has [\d,]+ bytes/u,
    hint: /--accept-value-left and --second-restart/u,
    state: /what the DSS has written \([\d,]+ bytes\) is kept as/u,
  },
  "stop-stuck": {
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /MSExchangeDX on simulated:.* is still stop-pending after 0\.1 s; it should be stopped/u,
    hint: /end the process/u,
    service: "stop-pending",
    state:
      /could NOT be put back completely: MSExchangeDX, found running, was not put back: .* is still stop-pending.* Done so far: ResyncConnectionRDNs was removed.*the earlier Resync\.glb has its name back/u,
  },
  "stop-refused": {
    code: "SERVICE_STOP_FAILED",
    exitCode: 6,
    message: /request to stop MSExchangeDX was refused with error 2189: it could not be controlled/u,
    hint: /Try again later/u,
    state: /MSExchangeDX is running, as found; the earlier Resync\.glb has its name back/u,
  },
  "start-stuck": {
    code: "SERVICE_STUCK",
    exitCode: 6,
    message: /is still start-pending after 0\.1 s; it should be running/u,
    hint: /event|Application/u,
    service: "start-pending",
    state: /could NOT be put back completely: MSExchangeDX, found running, was not put back/u,
  },
  "start-1069": {
    code: "SERVICE_START_FAILED",
    exitCode: 6,
    message: /1069.*could not log on/u,
    hint: /password of the Exchange service account/u,
    service: "stopped",
    state: /could NOT be put back completely: MSExchangeDX, found running, was not put back: .*1069/u,
  },
  "start-2140": {
    code: "SERVICE_START_FAILED",
    exitCode: 6,
    message: /stopped again while starting: error 2140, an internal Windows NT error/u,
    hint: /Xdir\.edb/u,
    service: "stopped",
    state: /could NOT be put back completely/u,
  },
  "registry-denied": {
    code: "ACCESS_DENIED",
    exitCode: 3,
    message: /denies the write/u,
    hint: /administrator of the DSS/u,
    state: /was put back: the earlier Resync\.glb has its name back/u,
  },
  "registry-write-lost": {
    code: "VERIFY_FAILED",
    exitCode: 3,
    message: /reported that GlobalMaxSeqInResync was written as REG_DWORD 1, but the registry holds no value/u,
    hint: /report a denied write as done/u,
    state: /the earlier Resync\.glb has its name back/u,
  },
  "dxa-missing": {
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /There is no C:\\exchsrvr\\bin\\dxa\.exe/u,
    hint: /ImagePath/u,
    state: /^Nothing was changed/u,
  },
  "database-missing": {
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /Database of the DXA on simulated:.* has Edb\.log and no Xdir\.edb.*2140/u,
    hint: /Restore Xdir\.edb/u,
    state: /^Nothing was changed/u,
  },
  "mta-stopped": "succeeds",
  "service-disabled": {
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /is disabled/u,
    hint: /Start=2/u,
    service: "stopped",
    state: /^Nothing was changed/u,
  },
  "requestor-role": {
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /holds a Dirsync Requestor object/u,
    hint: /Only one Exchange server/u,
    state: /^Nothing was changed/u,
  },
  "value-present": {
    code: "DSS_NOT_READY",
    exitCode: 3,
    message: /stands in the registry of simulated:.* already: REG_MULTI_SZ "SOMEBODY\/ELSE"/u,
    hint: /resync recover/u,
    state: /^Nothing was changed/u,
  },
  "stale-file": "succeeds",
};

/**
 * The machine's clock, but once the DXA has done all that it will do, an hour has passed: so that no test waits for a deadline, and
 * none runs into it while the DXA is still coming up.
 */
function clockOf(bed: DssBed, failure: DssFailure): Clock {
  let passed = 0;
  const isDone = async (): Promise<boolean> => {
    const { run, pid } = JSON.parse(await readFile(join(bed.dir, "service.json"), "utf8")) as ServiceRecord;
    if (run === 0) return false;
    if (failure === "sharing-violation") return (await bed.host.readValue(DXA_KEY, TRIGGER_VALUE)) === undefined;
    if (failure === "needs-pause" || failure === "pauses-for-real") return true;
    return pid === null && !/^(start|stop)-/u.test(failure);
  };
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + passed,
    async sleep(ms, signal) {
      await systemClock.sleep(ms, signal);
      if (passed === 0 && (await isDone())) passed = 3_600_000;
    },
  };
}

describe.concurrent("each named failure of the DSS", () => {
  it.each(Object.keys(DSS_FAILURES) as DssFailure[])("%s", async (failure) => {
    const bed = await dssBed({ failure });
    try {
      await putEarlier(bed, "precious");
      const before = await pictureOf(bed);
      const request = requestFor(bed, {
        timeoutMs: 600_000,
        stateTimeoutMs: failure.endsWith("-stuck") ? 60 : 10_000,
      });
      const patient = EXPECTED[failure] === "succeeds" || failure === "half-file";
      const clock = patient ? systemClock : clockOf(bed, failure);
      const context = { ...(await testContext()), clock };
      const outcome = await generate(bed.host, request, context).catch((error: ResyncError) => error);
      const after = await pictureOf(bed);
      const expected = EXPECTED[failure];

      expect(after.values).toEqual(before.values);
      expect(Object.values(after.files).filter((content) => content === "precious")).toHaveLength(1);
      if (expected === "succeeds") {
        expect(outcome).toMatchObject({ copy: request.privateCopy });
        return;
      }
      expect(outcome).toMatchObject({ name: "ResyncError", code: expected.code, exitCode: expected.exitCode });
      const error = outcome as ResyncError;
      expect(error.message).toMatch(expected.message);
      expect(error.hint).toMatch(expected.hint);
      expect(error.state).toMatch(expected.state);
      expect(after.service).toBe(expected.service ?? "running");
      expect(existsSync(request.privateCopy)).toBe(false);
      if (expected.exitCode === 3) expect(after).toEqual(before);
    } finally {
      await bed.close();
    }
  });
});
