import { DIRECTORY_FOLDERS, type FolderName } from "../postoffice/layout.ts";

/**
 * What a file of the postoffice is to an import.
 *
 * - `data`: IMPORT or REBUILD may write it (domain of Q96060, Q119452, Q111556, Q117562): lists, names, groups, templates, definitions,
 *   queues, numbers. Copied before the first change, put back on a roll-back.
 * - `log`: they append to it. Put back too, as long as nobody else has written since.
 * - `mailbag`: autocreation makes new ones (Q96060). Existing ones hold mail, which goes on arriving: never copied, never put back;
 *   new ones are removed on a roll-back while they are empty.
 *
 * Everything else is none of the import's business: mail itself (MAI, ATT, P1, MMF, FOLDERS, CAL), and files in GLB that only others write.
 */
export type TouchClass = "data" | "log" | "mailbag";

/** Folders that hold anything with a class. */
export const TOUCHED_FOLDERS: readonly FolderName[] = [...DIRECTORY_FOLDERS, "KEY", "LOG", "MBG"];

/** In GLB, but written by ADMIN, DISPATCH, EXTERNAL and the users' own clients, never by an `IMPORT -q` (Q87402, Q96060, Q118946). */
const OTHERS_FILES = /^(ACCESS[23]?|GLOBAL|PROCESS|MODEM|RNETSEM|RNETWORK)\.GLB$|\.(MDM|SCR)$/u;

const LOGS: readonly string[] = ["DIRSYNC.LOG", "DSSERVER.LOG", "IMPORT.LOG"];

const DATA: ReadonlySet<string> = new Set(DIRECTORY_FOLDERS);

/** The class of the file with this key (upper case, `GLB/FLAG.GLB`); `undefined` when an import never touches it. */
export function touchClass(key: string): TouchClass | undefined {
  const slash = key.indexOf("/");
  const folder = key.slice(0, Math.max(slash, 0));
  const name = key.slice(slash + 1);
  if (folder === "" || name === "" || name.includes("/")) return undefined;
  if (LOGS.includes(name)) return "log";
  if (folder === "MBG" || folder === "KEY") return "mailbag";
  if (!DATA.has(folder) || name === "POPULATE.MSM" || (folder === "GLB" && OTHERS_FILES.test(name))) return undefined;
  return "data";
}
