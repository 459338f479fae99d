import { ResyncError } from "../errors.ts";
import type { ImportRequest } from "./request.ts";
import { plain, secretArgument, type DosCall } from "./runner/import-runner.ts";

/**
 * `IMPORT <admin> -p… -q -y -d<drive>` (Q96060). Where the runner sees the screen, with `-n`: IMPORT then writes to STDOUT instead of straight to
 * the screen (Q112897), and "Bad ID or Password" can be seen, which stands nowhere else (Q148771). Throws `SECRET_MISSING` for an empty
 * password, at which IMPORT would ask, and `USAGE` for a drive or mailbox that is none.
 */
export async function importCall({ admin, password, driveLetter, runner }: ImportRequest): Promise<DosCall> {
  if (!/^[\x21-\x7e]{1,10}$/u.test(admin)) {
    throw new ResyncError("USAGE", {
      message: `"${admin}" cannot be a mailbox: it has 1 to 10 characters without blanks.`,
      hint: "Name the mailbox of an administrator of the postoffice.",
    });
  }
  const secret = await password();
  if (secret === "") {
    throw new ResyncError("SECRET_MISSING", {
      message: `The password of ${admin} is empty: IMPORT would ask for it, and nobody would answer.`,
      hint: "Give the mailbox a password in ADMIN.",
    });
  }
  const args = [plain(admin), secretArgument("-p", secret), plain("-q"), plain("-y"), plain(`-d${drive(driveLetter)}`)];
  return { program: "IMPORT", args: runner.capabilities.screen ? [...args, plain("-n")] : args };
}

/** `REBUILD -f -d<drive>`: no mailbox, no password (Q96060). */
export function rebuildCall({ driveLetter }: Pick<ImportRequest, "driveLetter">): DosCall {
  return { program: "REBUILD", args: [plain("-f"), plain(`-d${drive(driveLetter)}`)] };
}

/** IMPORT takes a drive letter and no path (Q96060). */
function drive(letter: string): string {
  if (/^[A-Za-z]$/u.test(letter)) return letter.toUpperCase();
  throw new ResyncError("USAGE", {
    message: `"${letter}" is no drive letter.`,
    hint: "Give one letter; M is the default of MS Mail.",
  });
}
