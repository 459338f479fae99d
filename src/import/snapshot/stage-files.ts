import { closeSync, openSync } from "node:fs";
import type { Job } from "../crew/job.ts";
import { readAt, writeSmall, type FileMarks } from "../small-files.ts";

/** A file to be put together under a temporary name, from a copy in the archive (position and size in bytes) or from its bytes in hex. */
export interface SmallStaged {
  readonly temporary: string;
  readonly marks: FileMarks;
  readonly from: { readonly position: number; readonly size: number } | { readonly hex: string };
}

/** Puts files together and reads them back; the result of each is true. Throws `VERIFY_FAILED` for one that reads back wrong. */
export const stageFiles: Job<{ readonly archive: string }, SmallStaged, true> = {
  name: "stage",
  run: ({ archive }, staged) => {
    const fd = openSync(archive, "r");
    try {
      return staged.map(({ temporary, marks, from }) => {
        const bytes = "hex" in from ? Buffer.from(from.hex, "hex") : readAt(fd, from.position, from.size);
        writeSmall(temporary, bytes, marks);
        return true;
      });
    } finally {
      closeSync(fd);
    }
  },
};
