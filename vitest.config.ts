import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that wait for servers, Wine or kills for a minute or more. */
const LONG = /wine|windows|\/faults\/|\/kill/u;

/** The long ones first, so that no worker begins one when the others have nothing left to do. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a sequencer's method
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// Each start of Node reads a machine's own certificates, where they are set: a tenth of a second, thousands of times. Only npm has a use for them here.
process.env["RESYNC_TEST_CA_CERTS"] ??= process.env["NODE_EXTRA_CA_CERTS"] ?? "";
delete process.env["NODE_EXTRA_CA_CERTS"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    setupFiles: ["test/support/warnings.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // More than CI has processors: half of the time is waiting.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    restoreMocks: true,
  },
});
