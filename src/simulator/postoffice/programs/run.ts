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

/** Reads what every mode needs. */
export function openRun(call: ProgramCall, options: ImportOptions, log: DirsyncLog): ImportRun {
  const { files } = call;
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
