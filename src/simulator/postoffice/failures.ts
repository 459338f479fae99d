/** One way in which a program of the simulated postoffice goes wrong on request. */
export interface SimulatedFailure {
  readonly program: "IMPORT" | "REBUILD";
  /** One line: what a person sees of it. */
  readonly does: string;
  /** The Knowledge Base article that tells of it, or `assumption`. */
  readonly source: string;
}

/** Every failure that simulation.json may name. Some of them also happen by themselves when the postoffice is in that state. */
export const POSTOFFICE_FAILURES = {
  "bad-password": {
    program: "IMPORT",
    does: "says `Bad ID or Password` on the screen only; logs and changes nothing",
    source: "Q148771",
  },
  "fatal-91": {
    program: "IMPORT",
    does: "finds FLAG.GLB held by ADMIN: Fatal 91, three more Fatal lines, and still `Import is finished.`",
    source: "Q148705",
  },
  "error-45-sortlock": {
    program: "IMPORT",
    does: "finds SORTLOCK.GLB of another IMPORT: Error 45, nothing imported, SORTLOCK.GLB stays",
    source: "Q112301",
  },
  "error-45-queues": {
    program: "IMPORT",
    does: "cannot sort USRTRANS: Error 45 after the numbers were changed; queues and temporaries stay",
    source: "Q112301",
  },
  "fatal-7": {
    program: "IMPORT",
    does: "cannot rename IMPORT.USR over one list: Fatal 7, a Warning 90 for each transaction left, lists partly replaced",
    source: "Q134228, Q148811",
  },
  "fatal-14": {
    program: "IMPORT",
    does: "does not take RESYNC.GLB: Fatal 14, nothing imported, RESYNC.GLB and a full SRVTRANS.GLB stay",
    source: "Q215505",
  },
  "error-44": {
    program: "IMPORT",
    does: "knows none of the gateways in the file: Error 44 for each, everything else is imported",
    source: "Q122751",
  },
  "refuses-on-dss": {
    program: "IMPORT",
    does: "takes this postoffice for the DSS and refuses RESYNC.GLB, which stays",
    source: "Q119014, Q96060",
  },
  "hang-idle": {
    program: "IMPORT",
    does: "stands still after sorting and never ends; Ctrl+C is ignored",
    source: "Q122689, Q93569",
  },
  "hang-busy": {
    program: "IMPORT",
    does: "rewrites a temporary file for ever; Ctrl+C is ignored",
    source: "Q111703, Q93569",
  },
  "hang-81": {
    program: "IMPORT",
    does: "logs several Error 81 lines and hangs",
    source: "Q122689",
  },
  crash: {
    program: "IMPORT",
    does: "dies half-way: queues, temporaries, IMPORT.USR and SORTLOCK.GLB stay, the log just stops",
    source: "Q194819",
  },
  "not-consumed": {
    program: "IMPORT",
    does: "logs banner and `Import is finished.` but never touches RESYNC.GLB or a list",
    source: "assumption",
  },
  "finished-but-wrong": {
    program: "IMPORT",
    does: "logs success and clears the queues, but one list was not replaced",
    source: "assumption",
  },
  "numbers-not-reset": {
    program: "IMPORT",
    does: "imports every list but leaves REQCONF.GLB and REQTRANS.GLB as they were",
    source: "Q96060",
  },
  "fatal-59": {
    program: "IMPORT",
    does: "cannot create an unknown postoffice because EXTERNAL holds the XTN file: Fatal 59, queues stay",
    source: "Q117562",
  },
  "fatal-79": {
    program: "IMPORT",
    does: "runs out of disk while writing a list: Fatal 79, half an IMPORT.USR and the queues stay",
    source: "Q96003",
  },
  "no-ds-msg": {
    program: "IMPORT",
    does: "cannot read DS_MSG.GLB: every numbered message becomes `Error Obtaining Message #`",
    source: "Q130064, Q95521",
  },
  "log-not-writable": {
    program: "IMPORT",
    does: "imports everything but cannot write DIRSYNC.LOG",
    source: "assumption",
  },
  "nothing-at-all": {
    program: "IMPORT",
    does: "ends at once: nothing on the screen, nothing logged, nothing changed",
    source: "assumption",
  },
  "rebuild-202": {
    program: "REBUILD",
    does: "logs Fatal 202 because MASTER.GLB is locked, yet rebuilds the GAL",
    source: "Q104870",
  },
  "rebuild-203": {
    program: "REBUILD",
    does: "finds GAL.NME held open: Fatal 203, the old GAL stays, the temporaries too",
    source: "Q99117",
  },
  "rebuild-204": { program: "REBUILD", does: "runs out of disk: Fatal 204, the old GAL stays", source: "Q96004" },
  "rebuild-no-blank-line": {
    program: "REBUILD",
    does: "fails to write its temporaries without an error text: the blank last Status line is missing, the old GAL stays",
    source: "Q148364",
  },
  "rebuild-hang": {
    program: "REBUILD",
    does: "stands still before it counts the GAL; Ctrl+C is ignored",
    source: "Q119018",
  },
} as const satisfies Record<string, SimulatedFailure>;

export type PostofficeFailure = keyof typeof POSTOFFICE_FAILURES;

/** Their names, in the order of the table. */
export const POSTOFFICE_FAILURE_NAMES = Object.keys(POSTOFFICE_FAILURES) as PostofficeFailure[];
