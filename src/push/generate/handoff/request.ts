import { ResyncError } from "../../../errors.ts";
import { checkRequestors } from "../request.ts";
import { DEFAULT_ANSI } from "../registry-file.ts";
import type { StringEncoding } from "../registry-data.ts";

/** What an operator at the DSS's console is to have written. */
export interface HandoffRequest {
  /** RDNs of Remote Dirsync Requestor objects; several only if they are configured alike (Q156063). */
  readonly requestors: readonly string[];
  /** Local path of the folder that goes to the DSS and comes back: on a share, or on a stick. It must exist. */
  readonly folder: string;
  /** Windows path of Dxadata on the DSS; the operator can change it there. Default `C:\EXCHSRVR\DXADATA` (Q185504). */
  readonly dxadata?: string;
  /** The service's name as Control Panel shows it (Q143380); the operator can change it there. */
  readonly displayName?: string;
  /** Also set `GlobalMaxSeqInResync` for the time of the run; only where Dxa.exe is 5.5.2524 or later (Q215505). */
  readonly globalMax?: boolean;
  /** Windows (ANSI) code page of the DSS, in which NT 4 reads .REG files. Default windows-1252. */
  readonly ansi?: StringEncoding;
}

/** The same with nothing left open. */
export type HandoffPlan = Required<HandoffRequest>;

export const DEFAULT_DXADATA = "C:\\EXCHSRVR\\DXADATA";
export const DEFAULT_DISPLAY_NAME = "Microsoft Exchange Directory Synchronization";

/** Fills in what was left out. Throws `USAGE` for requestors that cannot be named, and for a path or name that a command file cannot hold. */
export function planHandoff(request: HandoffRequest): HandoffPlan {
  checkRequestors(request.requestors);
  const plan = {
    ...request,
    dxadata: (request.dxadata ?? DEFAULT_DXADATA).replace(/\\+$/u, ""),
    displayName: request.displayName ?? DEFAULT_DISPLAY_NAME,
    globalMax: request.globalMax ?? false,
    ansi: request.ansi ?? DEFAULT_ANSI,
  };
  for (const text of [plan.dxadata, plan.displayName]) {
    if (/^[\w $\-.~:\\()[\]{}#@!+,;=]+$/u.test(text)) continue;
    throw new ResyncError("USAGE", {
      message: `"${text}" cannot stand in a command file of Windows NT.`,
      state: "Nothing was written.",
      hint: "Use the folder's short (8.3) name, or leave it out: the operator can change it on the DSS.",
    });
  }
  return plan;
}
