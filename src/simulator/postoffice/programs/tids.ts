import type { PostofficeFiles } from "../files.ts";
import type { DirsyncLog } from "./log.ts";
import { stopWith } from "./run.ts";

/** Tuple ids taken one after the other and written back to TID.GLB once a list is done. */
export interface TidSource {
  next(): number;
  save(): void;
}

/** Reads TID.GLB; missing or short, it is Fatal 39 (Q96002). */
export function openTids(files: PostofficeFiles, log: DirsyncLog): TidSource {
  const bytes = files.readIfAny("GLB/TID.GLB");
  if (bytes.length !== 4) throw stopWith(log, 39);
  let tid = bytes.readUInt32LE(0);
  return {
    next: () => tid++,
    save() {
      bytes.writeUInt32LE(tid >>> 0, 0);
      files.write("GLB/TID.GLB", bytes);
    },
  };
}
