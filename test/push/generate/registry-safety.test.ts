import fc from "fast-check";
import { describe, it } from "vitest";
import { DSS_FAILURES, type DssFailure } from "../../../src/simulator/dss/failures.ts";
import { anyMishap, anyValues, expectRegistrySafe } from "./registry-safety.ts";
import { dssBed, requestFor } from "./support.ts";

const RUNS = Number(process.env["RESYNC_REGISTRY_RUNS"] ?? 25);
/** Failures that a value of the test's own would disturb: they are about writing to the registry at all. */
const NOT_HERE: readonly DssFailure[] = ["registry-denied", "registry-write-lost", "value-present"];
const failures = [undefined, undefined, undefined, ...(Object.keys(DSS_FAILURES) as DssFailure[])].filter(
  (failure) => failure === undefined || !NOT_HERE.includes(failure),
);

describe("the service's registry key", () => {
  it(
    "is as it was, whatever stood there, however the DSS fails, whatever happens when",
    { timeout: 240_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(anyValues, anyMishap, fc.constantFrom(...failures), async (values, mishap, failure) => {
          const bed = await dssBed(failure === undefined ? {} : { failure });
          try {
            const safety = { host: bed.host, request: (more: object) => requestFor(bed, more), close: bed.close };
            const times = {
              timeoutMs: failure === undefined ? 10_000 : 300,
              stateTimeoutMs: failure?.endsWith("-stuck") === true ? 100 : 5000,
            };
            await expectRegistrySafe(safety, values, mishap, { ...times, kickAfterMs: 50 });
          } finally {
            await bed.close();
          }
        }),
        { numRuns: RUNS },
      );
    },
  );
});
