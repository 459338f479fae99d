import { lstat } from "node:fs/promises";
import { ResyncError } from "../../errors.ts";
import type { Fingerprint } from "../../transfer/digest.ts";

/** What to have the DSS write. Times in milliseconds. */
export interface GenerateRequest {
  /** RDNs of Remote Dirsync Requestor objects; several in one run only if they are configured alike (Q156063). */
  readonly requestors: readonly string[];
  /** How long the file may take, from RUNNING on. How long it really takes is undocumented. */
  readonly timeoutMs: number;
  /** How long the service may take to stop, and to start; the SCM itself gives a service 120 s (Q184205). */
  readonly stateTimeoutMs: number;
  readonly pollMs: number;
  /** The least time between the two reads of the file that must be the same. Default 1000. */
  readonly settleMs?: number;
  /** `GlobalMaxSeqInResync`: `auto` sets it where Dxa.exe knows it (Q215505). Default `auto`. */
  readonly globalMax?: "auto" | "on" | "off";
  /** Take the file though the DSS leaves the value, and remove the value: Exchange 5.0's notes do not promise that it goes (Q156063). */
  readonly acceptValueLeft?: boolean;
  /**
   * Sends the pause control once when no file has appeared for so long: it starts a cycle, for which the file may wait (Q146738,
   * Q156063). Sets `PauseKicksDX` for the time of the run.
   */
  readonly kickAfterMs?: number;
  /** Restarts the service once more when the list is out of Dxadata, as the notes of Exchange 5.0 prescribe (Q156063). */
  readonly secondRestart?: boolean;
  /** Local path of the copy to make, 0600; must not exist. */
  readonly privateCopy: string;
  /** Local path for the export of the service's key, 0600; must not exist. */
  readonly backupFile: string;
}

/** A master list that the DSS has written, and its private copy. */
export interface Generated extends Fingerprint {
  /** Local path of the private copy. */
  readonly copy: string;
  /** Windows path of the folder, and the file's name in it as the host spells it. */
  readonly dxadata: string;
  readonly name: string;
  /** Where an earlier Resync.glb is kept on the DSS, a Windows path. */
  readonly earlierKept: string | undefined;
  /** Version of Dxa.exe, where the host can tell. */
  readonly dxaVersion: string | undefined;
  /** The header's numbers are the maxima over all requestors (Q215505). */
  readonly globalMax: boolean;
  /** Milliseconds from RUNNING to the finished file; `undefined` when nobody of ours was there. */
  readonly writtenInMs: number | undefined;
}

export const DEFAULT_SETTLE_MS = 1000;

/** Throws `USAGE` for names that cannot stand in the registry value: none, an empty one, one twice, a NUL or line end in one. */
export function checkRequestors(requestors: readonly string[]): void {
  const refuse = (what: string): never => {
    throw new ResyncError("USAGE", {
      message: `The requestors cannot be used as they are: ${what}.`,
      hint: "Name each requestor by its RDN: the last cn= of its Obj-Dist-Name in a directory export.",
      reference: "Q197378",
      facts: { requestors: [...requestors] },
    });
  };
  if (requestors.length === 0) refuse("none is named");
  const seen = new Set<string>();
  for (const name of requestors) {
    if (name.trim() === "") refuse("one of the names is empty");
    if (/[\0\r\n]/u.test(name)) refuse(`"${name.replace(/[\0\r\n]/gu, "?")}" holds a line end or a NUL`);
    if (seen.has(name.toLowerCase())) refuse(`"${name}" is named twice`);
    seen.add(name.toLowerCase());
  }
}

/** Throws `USAGE` for a kick that would come after the end of the wait. */
export function checkKick({ kickAfterMs, timeoutMs }: Pick<GenerateRequest, "kickAfterMs" | "timeoutMs">): void {
  if (kickAfterMs === undefined || kickAfterMs < timeoutMs) return;
  throw new ResyncError("USAGE", {
    message: `A kick after ${kickAfterMs / 1000} s would never come: the wait ends after ${timeoutMs / 1000} s.`,
    state: "Nothing was changed on the DSS.",
    hint: "Let --kick-after be shorter than --timeout.",
  });
}

/** Throws `ALREADY_EXISTS` when one of the local files that are to be made is there: nothing of anybody's is overwritten. */
export async function refusePresent(...paths: string[]): Promise<void> {
  for (const path of paths) {
    if (!(await exists(path))) continue;
    throw new ResyncError("ALREADY_EXISTS", {
      message: `${path} exists already; it is not overwritten.`,
      state: "Nothing was changed on the DSS.",
      facts: { path },
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
