import { join } from "node:path";
import type { Job } from "../crew/job.ts";
import { isMissing } from "../files.ts";
import { hashNow } from "../small-files.ts";

/** SHA-256 of files by their paths below `root`, hex; `undefined` for one that is gone. */
export const hashFiles: Job<{ readonly root: string }, string, string | undefined> = {
  name: "hash",
  run: ({ root }, paths) => paths.map((path) => unlessGone(() => hashNow(join(root, path)))),
};

function unlessGone<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
