import type { ImportRunner } from "./runner/import-runner.ts";
import type { ExpectedList } from "./verdict/lists.ts";
import type { Limits } from "./watchdog.ts";

/** What is to be imported, where, and by what. */
export interface ImportRequest {
  /** The postoffice's root: the folder that holds GLB. */
  readonly postoffice: string;
  /** A master list that was checked, on this machine. */
  readonly file: string;
  /** SHA-256 of that file, hex, from the check: it is the file that was checked that gets imported. */
  readonly sha256: string;
  /** From the delivery's manifest, for the journal. */
  readonly deliveryId?: string;
  /** The lists in it, where they could be read: then the verdict looks at each. */
  readonly lists?: readonly ExpectedList[];
  readonly runner: ImportRunner;
  /** Mailbox of an administrator. */
  readonly admin: string;
  /** Its password; called once, before the lock is taken. */
  readonly password: () => Promise<string>;
  /** The postoffice's drive for the DOS program, one letter. */
  readonly driveLetter: string;
  /** Run `REBUILD -f` after a good import, so that the Global Address List shows it. */
  readonly rebuild?: boolean;
  /** Empty and delete what an earlier import left behind, once the snapshot is taken, instead of refusing (Q122750, Q112301, Q134228). */
  readonly mend?: boolean;
  /** Extract the lists before and after, and keep what the import took from them. */
  readonly keepLocal?: boolean;
  /** Add it back, too. Only with `keepLocal`. */
  readonly addBack?: boolean;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /** The run's own folder under the state directory: snapshot, screen text and log lines are kept there. */
  readonly runFolder: string;
  /** The run that imported this very file into this postoffice before, from `importedBefore`: then nothing is done. */
  readonly alreadyImported?: { readonly run: string; readonly at: string } | undefined;
}
