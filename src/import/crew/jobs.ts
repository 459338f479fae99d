import { archiveFiles } from "../snapshot/archive.ts";
import { proveArchived } from "../snapshot/copies.ts";
import { hashFiles } from "../snapshot/hash-files.ts";
import { stageFiles } from "../snapshot/stage-files.ts";
import type { Job } from "./job.ts";

/** Every job, by its name, for a thread that gets the name and plain data. */
export function jobNamed(name: string): Job<unknown, unknown, unknown> {
  const job = [hashFiles, archiveFiles, proveArchived, stageFiles].find((one) => one.name === name);
  if (job === undefined) throw new RangeError(`There is no job "${name}".`);
  // The data was a `Job`'s own when it was sent.
  return job as Job<unknown, unknown, unknown>;
}
