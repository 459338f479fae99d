import type { Census } from "./census.ts";
import type { Postoffice } from "./postoffice.ts";

export { check, type Check, type CheckOutcome } from "../../check.ts";

/** What the checks look at. They read and probe, and change nothing. */
export interface CheckInput {
  readonly postoffice: Postoffice;
  readonly census: Census;
  /** Size of the master list to be imported, where there is one. */
  readonly incomingBytes: number | undefined;
  /** The folder that the snapshot will be kept in, made or not. */
  readonly snapshotFolder: string | undefined;
}
