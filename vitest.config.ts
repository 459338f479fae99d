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
