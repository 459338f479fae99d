import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { need } from "../../../../support/need.ts";
import { anyMishap, anyValues, expectRegistrySafe } from "../../registry-safety.ts";
import { generateBed, type GenerateBed } from "./generate-bed.ts";

const RUNS = process.env["RESYNC_LONG"] === undefined ? 2 : 30;

describe.skipIf(!need("smbd", "net", "smbclient", "rpcclient"))("the service's registry key on a Samba host", () => {
  let bed: GenerateBed;
  beforeAll(async () => {
    bed = await generateBed({ smb1: false });
  });
  afterAll(() => bed.close());

  it("is as it was, whatever stood there and whatever happens when", { timeout: 480_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyValues, anyMishap, async (values, mishap) => {
        await bed.reset();
        const host = bed.open();
        try {
          const safety = { host, request: (more: object) => bed.request(more), close: () => host.close() };
          await expectRegistrySafe(safety, values, mishap, { timeoutMs: 8000, kickAfterMs: 7000 });
        } finally {
          await host.close();
          await bed.nt.idle();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
