import { basename } from "node:path";
import type { PostofficeFiles } from "../files.ts";
import { decodeMaster, decodeRequestorConfig, type Master, type RequestorConfig } from "../records/config.ts";
import type { ProgramCall } from "./call.ts";
import type { DirsyncLog } from "./log.ts";
import type { ImportOptions } from "./options.ts";

/** One run of IMPORT after sign-on. */
export interface ImportRun {
  readonly call: ProgramCall;
  readonly files: PostofficeFiles;
  readonly options: ImportOptions;
  readonly log: DirsyncLog;
  readonly master: Master;
  readonly config: RequestorConfig;
  /** Template data are processed: the requestor option "Templates Receive" under `-q`, `-t` elsewhere (Q119016, Q96003 [73]). */
  readonly takesTemplates: boolean;
  /** Unknown networks and postoffices are created: always under `-q` (Q96060), with `-c` elsewhere (Q136514). */
  readonly autocreates: boolean;
}

/** Reads what every mode needs; REQCONF that cannot be read is message 52, MASTER or NETWORK 53 (Q96002). */
export function openRun(call: ProgramCall, options: ImportOptions, log: DirsyncLog): ImportRun {
  const { files } = call;
  if (files.size("GLB/REQCONF.GLB") !== 512) throw stopWith(log, 52);
  if (files.size("GLB/MASTER.GLB") !== 176 || files.size("GLB/NETWORK.GLB") === 0) throw stopWith(log, 53);
  const config = decodeRequestorConfig(files.read("GLB/REQCONF.GLB"));
  return {
    call,
    files,
    options,
    log,
    master: decodeMaster(files.read("GLB/MASTER.GLB")),
    config,
    takesTemplates: options.mode === "queue" ? config.templatesReceive : options.templates,
    autocreates: options.mode === "queue" || options.autocreate,
  };
}

/** How far a run that stops early still tidies up. */
export interface StopManner {
  /** `Import is finished.` is logged all the same. */
  readonly finished: boolean;
  /** SORTLOCK.GLB is taken away. */
  readonly unlocks: boolean;
}

/** Ends a run of IMPORT early, after its reason was logged. Never leaves the program. */
export class ImportStop extends Error {
  readonly manner: StopManner;
  constructor(manner: StopManner) {
    super("IMPORT stops");
    this.manner = manner;
  }
}

/** After a reason that the printed logs show followed by `Import is finished.` */
export function stopFinished(): ImportStop {
  return new ImportStop({ finished: true, unlocks: true });
}

/** After Fatal 7 and 79: no finishing line is quoted anywhere (Q134228). */
export function stopUnfinished(): ImportStop {
  return new ImportStop({ finished: false, unlocks: true });
}

/** As if the machine had been switched off. */
export function crash(): ImportStop {
  return new ImportStop({ finished: false, unlocks: false });
}

/** Says one last Fatal message and gives what to throw. */
export function stopWith(log: DirsyncLog, message: number, about?: string): ImportStop {
  log.message("Fatal", message, about);
  return stopFinished();
}

/**
 * What an error of the file system means to IMPORT: a full disk is Fatal 79, anything else on a file Fatal 58 (Q96002, Q96003). Other
 * errors are thrown on as they are.
 */
export function asStop(log: DirsyncLog, error: unknown): ImportStop {
  if (error instanceof ImportStop) return error;
  const { code, path, dest = path } = error as NodeJS.ErrnoException & { dest?: string };
  if (code === "ENOSPC") {
    log.message("Fatal", 79);
    return stopUnfinished();
  }
  if (code === undefined || dest === undefined) throw error;
  return stopWith(log, 58, basename(dest).toUpperCase());
}
