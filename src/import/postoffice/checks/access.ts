import { constants } from "node:fs";
import { access, open } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../../../errno.ts";
import { filesIn, nameOf } from "../census.ts";
import { check, type Check, type CheckInput } from "../check.ts";
import { DIRECTORY_FOLDERS, mayBeReadOnly, type FolderName } from "../layout.ts";
import { holdersOf } from "../open-elsewhere.ts";
import { findFile } from "../postoffice.ts";

/** The files can be written, and nobody holds the postoffice. */
export async function checkAccess(input: CheckInput): Promise<Check[]> {
  return [readOnlyFiles(input), await rights(input), await flagHeld(input)];
}

const WRITTEN: readonly FolderName[] = [...DIRECTORY_FOLDERS, "KEY", "LOG", "MBG"];

function readOnlyFiles({ census }: CheckInput): Check {
  const { ok, refused } = check("read-only", "No data file is read-only", "Q134228, Q131670, Q106510");
  const locked = WRITTEN.flatMap((folder) => filesIn(census, folder)).filter((entry) => {
    const fromTheDisks =
      mayBeReadOnly(nameOf(entry)) || (entry.key.startsWith("TPL/") && !isOwnTemplate(nameOf(entry)));
    return (entry.mode & 0o222) === 0 && !fromTheDisks;
  });
  if (locked.length === 0) return ok("none");
  return refused(some(locked.map(({ path }) => path)), "Clear the attribute: ATTRIB -R NAME.");
}

/** Templates of lists, which IMPORT writes; the 48 system templates are read-only from the disks (Q87432, Q127954). */
function isOwnTemplate(name: string): boolean {
  return /^([0-9A-F]{8}|ADMIN)\.TPL$/iu.test(name);
}

async function rights({ postoffice, census }: CheckInput): Promise<Check> {
  const { ok, refused } = check("rights", "Files can be read, written, made and deleted", "Q96060, Q103901");
  const folders = WRITTEN.flatMap((folder) => census.entries.get(folder) ?? []);
  const files = WRITTEN.flatMap((folder) => filesIn(census, folder)).filter(({ mode }) => (mode & 0o222) !== 0);
  const denied: string[] = [];
  for (const { path } of [...folders, ...files]) {
    await access(join(postoffice.root, path), constants.R_OK | constants.W_OK).catch(() => denied.push(path));
  }
  if (denied.length === 0) return ok("as far as this system tells");
  return refused(
    `no right to write: ${some(denied)}`,
    "Run resync as a user with read, write, create, delete and modify rights on the whole tree.",
  );
}

async function flagHeld({ postoffice }: CheckInput): Promise<Check> {
  const { ok, refused, unknown, warning } = check("flag", "ADMIN is not open on the postoffice", "Q148705, Q131670");
  const flag = await findFile(postoffice, "GLB", "FLAG.GLB");
  if (flag === undefined)
    return warning(
      "GLB\\FLAG.GLB is missing, so nobody can be seen to hold it",
      "ADMIN makes it when it is next started.",
    );
  try {
    await (await open(flag, "r+")).close();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== "EBUSY" && code !== "ETXTBSY" && code !== "EPERM" && code !== "EACCES") throw error;
    return refused(
      `GLB\\FLAG.GLB cannot be opened (${code}): somebody administers the postoffice`,
      "Close ADMIN on every machine: IMPORT would end in Fatal 91.",
    );
  }
  if (process.platform === "win32") return ok("FLAG.GLB can be opened");
  const holders = await holdersOf(flag);
  if (holders?.length === 0) return ok("nobody on this machine, which holds the disk, has FLAG.GLB open");
  if (holders) {
    return refused(
      `GLB\\FLAG.GLB is open in ${holders.map(({ name, pid }) => `${name} (process ${pid})`).join(", ")}: somebody administers the postoffice`,
      "Close ADMIN on every machine: DOSBox does not heed its lock, and both would write. Mail clients look into FLAG.GLB for a moment; try again.",
    );
  }
  return unknown(
    "FLAG.GLB can be opened, but this system does not show what DOS programs elsewhere hold",
    "See that ADMIN is closed on every machine.",
  );
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
