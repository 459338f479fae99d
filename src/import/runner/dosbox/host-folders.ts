import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../../errors.ts";

/** DOSBox 0.74-3 aborts ("buffer overflow detected") on a mount path of 252 bytes; 232 work. Measured. */
const PATH_MAX = 230;

/** Folders of a postoffice that neither IMPORT nor REBUILD opens: mail, calendars, folders (domain/requestor.md §1.1). */
const MAIL_FOLDERS = new Set(["ATT", "CAL", "FOLDERS", "MAI", "MMF"]);

/** Files that IMPORT and REBUILD look for by their extension (Q77926). */
const DATABASE_FILE = /\.(?:glb|grp|inf|key|mbg|mem|nme|tpl|usr|xtn)$/iu;
const DOS_NAME = /^[\w!#$%&'()@^`{}~-]{1,8}(?:\.[\w!#$%&'()@^`{}~-]{1,3})?$/u;

/** Throws `PREFLIGHT_REFUSED` when DOSBox cannot mount `folder` (it would only say so on its screen and go on without the drive). */
export async function checkMountable(what: string, folder: string): Promise<void> {
  if (/"|\p{Cc}/u.test(folder)) {
    throw refused(
      `the path of the ${what}, ${JSON.stringify(folder)}, holds a quotation mark or a control character`,
      "DOSBox cannot mount it. Rename the folder, or give a link to it with a plainer name.",
    );
  }
  const length = Buffer.byteLength(folder);
  if (length > PATH_MAX) {
    throw refused(
      `the path of the ${what}, ${folder}, is ${length} bytes long and DOSBox crashes beyond ${PATH_MAX}`,
      "Give a link to it with a shorter name.",
    );
  }
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw refused(
    found ? `the ${what}, ${folder}, is not a folder` : `the ${what}, ${folder}, is not there`,
    "Check the path.",
  );
}

/**
 * Throws `PREFLIGHT_REFUSED` when DOS would see another postoffice than the host: two spellings of one name (DOSBox opens and deletes any of
 * them), or a database file with a name that is not 8.3 (DOS sees it as `BACKUP~1.NME`, and REBUILD reads every `*.NME`).
 */
export async function checkDosNames(postoffice: string): Promise<void> {
  const entries = await readdir(postoffice, { withFileTypes: true });
  checkNames(postoffice, entries);
  for (const entry of entries) {
    const folder = join(postoffice, entry.name);
    const isFolder =
      entry.isDirectory() || (entry.isSymbolicLink() && (await stat(folder).catch(() => undefined))?.isDirectory());
    if (!isFolder || MAIL_FOLDERS.has(entry.name.toUpperCase())) continue;
    checkNames(folder, await readdir(folder, { withFileTypes: true }));
  }
}

function checkNames(folder: string, entries: readonly { name: string }[]): void {
  const seen = new Map<string, string>();
  for (const { name } of entries) {
    const twin = seen.get(name.toUpperCase());
    if (twin !== undefined) {
      throw refused(
        `${folder} holds ${twin} and ${name}, which are one and the same name to DOS`,
        "Find out which one is right and move the other out of the postoffice.",
      );
    }
    seen.set(name.toUpperCase(), name);
    if (DATABASE_FILE.test(name) && !DOS_NAME.test(name)) {
      throw refused(
        `${join(folder, name)} has a name that DOS cannot show, and would be taken for a file of the database under another one`,
        "Move it out of the postoffice.",
      );
    }
  }
}

function refused(why: string, hint: string): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message: `DOSBox cannot be used here: ${why}.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint,
  });
}
