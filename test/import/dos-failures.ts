/** What the DOS stand-in (fixtures/dos) is told to do, and what must come of it under real DOSBox. */
export interface DosFailure {
  /** The control file in the postoffice's root, and its letter. */
  readonly control: `${"DOS.CTL" | "DOSX.CTL" | "DOSA.CTL"} ${string}`;
  readonly does: string;
  readonly source: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly leaves: string;
  /** Reasons of the verdict, or the code of the error where there is no verdict. */
  readonly reasons: readonly string[];
}

const asBefore = { verdict: "failed", exitCode: 8, leaves: "every file as before" };
const notBegun = { verdict: "–", exitCode: 8, leaves: "the lists as before", reasons: ["KEEP_LOCAL_FAILED"] };
const notAdded = { verdict: "succeeded", exitCode: 8, leaves: "the import, whole", reasons: ["KEEP_LOCAL_FAILED"] };

/** Failures of `IMPORT -q`. */
export const DOS_FAILURES: readonly DosFailure[] = [
  {
    control: "DOS.CTL F",
    does: "IMPORT finds the database held by ADMIN: Fatal 91, and `Import is finished.` all the same",
    source: "Q148705",
    ...asBefore,
    reasons: ["message-91"],
  },
  {
    control: "DOS.CTL E",
    does: "IMPORT cannot sort: Error 45; SORTLOCK.GLB and half-done queues stay",
    source: "Q112301",
    ...asBefore,
    reasons: ["message-45", "sortlock-left", "queues-left"],
  },
  {
    control: "DOS.CTL V",
    does: "IMPORT writes `Bad ID or Password` straight to the screen",
    source: "Q148771, Q112897",
    ...asBefore,
    reasons: ["bad-password"],
  },
  {
    control: "DOS.CTL K",
    does: "IMPORT waits half-way for a key that nobody presses",
    source: "assumption",
    ...asBefore,
    reasons: ["queues-left"],
  },
  {
    control: "DOS.CTL I",
    does: "IMPORT stands still half-way; Ctrl+C is ignored",
    source: "Q122689, Q93569",
    ...asBefore,
    reasons: ["resync-left"],
  },
  {
    control: "DOS.CTL B",
    does: "IMPORT turns in circles half-way; Ctrl+C is ignored",
    source: "Q111703, Q93569",
    ...asBefore,
    reasons: ["resync-left"],
  },
];

/** Successes that look like failures. */
export const DOS_SUCCESSES: readonly DosFailure[] = [
  {
    control: "DOS.CTL X255",
    does: "IMPORT succeeds and ends with exit code 255",
    source: "Q112204",
    verdict: "succeeded",
    exitCode: 0,
    leaves: "the import",
    reasons: [],
  },
];

/** Failures of `IMPORT -x`, before anything is imported. */
export const DOS_EXTRACT_FAILURES: readonly DosFailure[] = [
  { control: "DOSX.CTL I", does: "the extract (`-x`) stands still half-way", source: "Q93569", ...notBegun },
  { control: "DOSX.CTL E", does: "the extract logs Error 56", source: "Q96002", ...notBegun },
  { control: "DOSX.CTL K", does: "the extract waits for a key", source: "assumption", ...notBegun },
  { control: "DOSX.CTL V", does: "the extract writes `Bad ID or Password`", source: "Q148771", ...notBegun },
];

/** Failures of `IMPORT -f -a`, after a good import. */
export const DOS_ADD_FAILURES: readonly DosFailure[] = [
  { control: "DOSA.CTL I", does: "adding back (`-a`) stands still half-way", source: "Q93569", ...notAdded },
  { control: "DOSA.CTL E", does: "adding back logs Error 56", source: "Q96002", ...notAdded },
];

/** Failures of `REBUILD -f`, after a good import. */
export const DOS_REBUILD_FAILURES: readonly DosFailure[] = [
  {
    control: "DOS.CTL G",
    does: "REBUILD finds the Global Address List held by a client: Fatal 203",
    source: "Q99117",
    verdict: "failed",
    exitCode: 8,
    leaves: "the import; the Global Address List as before",
    reasons: ["message-203"],
  },
];

export const ALL_DOS_FAILURES = [
  ...DOS_SUCCESSES,
  ...DOS_FAILURES,
  ...DOS_REBUILD_FAILURES,
  ...DOS_EXTRACT_FAILURES,
  ...DOS_ADD_FAILURES,
];

/** `DOSX.CTL I` → `["DOSX.CTL", "I"]` */
export function controlOf({ control }: DosFailure): [file: string, letter: string] {
  const [file = "", letter = ""] = control.split(" ");
  return [file, letter];
}
