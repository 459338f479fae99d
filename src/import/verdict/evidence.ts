import type { LogLine } from "../dirsync-log/line.ts";
import type { ProgramEnd } from "../runner/import-runner.ts";
import type { PostofficeState } from "../snapshot/state.ts";
import type { ListFinding } from "./lists.ts";

/** Everything that is known after a DOS program ended. */
export interface Evidence {
  readonly end: ProgramEnd;
  /** What DIRSYNC.LOG gained. */
  readonly gained: readonly LogLine[];
  /** The log was replaced, or its old part changed. */
  readonly logReplaced: boolean;
  /** Before the master list was dropped, and after the program ended. */
  readonly before: PostofficeState;
  readonly after: PostofficeState;
  /** What became of the lists the master list brings; empty when it could not be read. */
  readonly lists: readonly ListFinding[];
}
