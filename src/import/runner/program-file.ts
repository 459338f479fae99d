import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ResyncError } from "../../errors.ts";
import type { DosProgram } from "./import-runner.ts";

/**
 * The one file in `folder` called `IMPORT.EXE` (or `REBUILD.EXE`) in any spelling of upper and lower case. Throws `PROGRAM_MISSING` when there is
 * none or no such folder, `PREFLIGHT_REFUSED` when there are several: to DOS they have one name.
 */
export async function findProgramFile(folder: string, program: DosProgram): Promise<string> {
  const wanted = `${program}.EXE`;
  const entries = await readdir(folder).catch((cause: unknown) => {
    throw missing(`The programs folder ${folder} cannot be read.`, folder, cause);
  });
  const names = entries.filter((entry) => entry.toUpperCase() === wanted);
  if (names.length > 1) {
    throw new ResyncError("PREFLIGHT_REFUSED", {
      message: `${folder} holds ${names.join(" and ")}, which are one and the same name to DOS.`,
      state: "Nothing was started; the postoffice was not touched.",
      hint: "Keep the right one.",
    });
  }
  const [name] = names;
  if (name === undefined) throw missing(`There is no ${wanted} in ${folder}.`, folder);
  return join(folder, name);
}

/** True for what only a DOS or 16-bit system can run: a plain MZ or COM image, or a bound one like IMPORT.EXE (Q118621); false for PE. */
export async function is16Bit(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const head = Buffer.alloc(64);
    await handle.read(head, 0, 64, 0);
    const signature = Buffer.alloc(4);
    await handle.read(signature, 0, 4, head.readUInt32LE(0x3c));
    return head.toString("latin1", 0, 2) !== "MZ" || signature.toString("latin1") !== "PE\0\0";
  } finally {
    await handle.close();
  }
}

function missing(message: string, folder: string, cause?: unknown): ResyncError {
  return new ResyncError("PROGRAM_MISSING", {
    message,
    state: "Nothing was started; the postoffice was not touched.",
    hint: "Name the folder with the postoffice's programs (MAILEXE on the network share).",
    facts: { folder },
    cause,
  });
}
