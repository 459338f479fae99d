import { existsSync } from "node:fs";
import { ResyncError } from "../../../errors.ts";
import { substitute, substituted, unsubstitute, type WindowsHost } from "./windows.ts";

/** How the postoffice comes to stand at the root of its drive letter (Q95939, Q98912). */
export type DrivePlan = "is-there" | "subst";

/** Decides without changing anything. Throws `PREFLIGHT_REFUSED` when the letter is something else already, or the path one SUBST cannot take. */
export async function planDrive(host: WindowsHost, letter: string, postoffice: string): Promise<DrivePlan> {
  if (sameFolder(postoffice, host.driveRoot(letter))) return "is-there";
  if (isNetworkPath(postoffice)) {
    throw refused(
      `${postoffice} is a network path, and a DOS program needs a drive letter`,
      `Give it one ("net use ${letter}: ${postoffice}") and name ${letter}:\\ as the postoffice.`,
    );
  }
  const behind = (await substituted(host)).get(letter);
  if (behind !== undefined && sameFolder(behind, postoffice)) return "is-there";
  if (behind === undefined && !existsSync(host.driveRoot(letter))) return "subst";
  throw refused(
    `drive ${letter}: is in use already${behind === undefined ? "" : ` (it stands for ${behind})`}`,
    "Choose another drive letter for the postoffice, or name the drive's root itself as the postoffice.",
  );
}

/** Runs `act` while the postoffice stands at the letter's root. `onLeft` hears about a letter that could not be taken away again. */
export async function withDrive<T>(
  host: WindowsHost,
  drive: { letter: string; postoffice: string; plan: DrivePlan; onLeft: (cause: unknown) => void },
  act: () => Promise<T>,
): Promise<T> {
  if (drive.plan === "is-there") return act();
  await substitute(host, drive.letter, drive.postoffice).catch((cause: unknown) => {
    throw notSubstituted(drive, cause);
  });
  if (!existsSync(host.driveRoot(drive.letter))) throw notSubstituted(drive);
  try {
    return await act();
  } finally {
    await unsubstitute(host, drive.letter).catch(drive.onLeft);
  }
}

/** True for a UNC path, `\\SRV\MAILDATA`. */
export function isNetworkPath(path: string): boolean {
  return /^[\\/]{2}/u.test(path);
}

/** True when two Windows paths name one folder by their letters. */
export function sameFolder(a: string, b: string): boolean {
  const plain = (path: string) => path.replace(/[\\/]+$/u, "").toUpperCase();
  return plain(a) === plain(b);
}

function notSubstituted({ letter, postoffice }: { letter: string; postoffice: string }, cause?: unknown): ResyncError {
  const hint = "Try it by hand to see what Windows says.";
  return refused(`SUBST could not put ${postoffice} behind ${letter}:`, hint, cause);
}

function refused(why: string, hint: string, cause?: unknown): ResyncError {
  return new ResyncError("PREFLIGHT_REFUSED", {
    message: `The postoffice cannot be given its drive letter: ${why}.`,
    state: "Nothing was started; the postoffice was not touched.",
    hint,
    cause,
  });
}
