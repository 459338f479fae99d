import type { RunContext } from "../context.ts";
import type { LogMark } from "./dirsync-log/gained.ts";
import type { Postoffice } from "./postoffice/postoffice.ts";
import type { ImportRequest } from "./request.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import type { PostofficeState } from "./snapshot/state.ts";

/** A postoffice that is locked, checked and snapshotted, and what is to be done to it. */
export interface Change {
  readonly request: ImportRequest;
  readonly context: RunContext;
  readonly postoffice: Postoffice;
  readonly snapshot: Snapshot;
  /** How the files stand when the master list is dropped: as in the snapshot, but for what was mended. */
  readonly before: PostofficeState;
  /** How many files were mended since the snapshot. */
  readonly mended: number;
  /** Where DIRSYNC.LOG ended before the change. */
  readonly mark: LogMark;
}
