import { closeSync, openSync } from "node:fs";
import type { PostofficeFiles } from "../../files.ts";
import type { ImportVersion } from "../../simulation.ts";
import { fails, type ProgramCall } from "../call.ts";
import type { DirsyncLog } from "../log.ts";

const FLAG = "GLB/FLAG.GLB";

/** True when FLAG.GLB is there and cannot be opened for writing: ADMIN holds it (Q148705). */
export function isFlagHeld(call: ProgramCall): boolean {
  if (fails(call, "fatal-91")) return true;
  if (!call.files.exists(FLAG)) return false;
  try {
    closeSync(openSync(call.files.path(FLAG), "r+"));
    return false;
  } catch {
    return true;
  }
}

/** Fatal 91 and its three lines (Q148705). */
export function logFlagHeld(log: DirsyncLog): void {
  log.message("Fatal", 91, "ADMIN");
  log.continued("Fatal", "  Mailbox name: Admin.");
  log.continued("Fatal", "  Full name: Administrator.");
  log.continued("Fatal", "  FLAG.GLB is locked open.");
}

/** Since 3.2.9 a changed FLAG.GLB tells clients that lists changed (Q111556). That it counts up, and is made if missing, is an assumption. */
export function bumpFlag(files: PostofficeFiles, version: ImportVersion): void {
  if (version === "3.2") return;
  const bytes = Buffer.alloc(2);
  const before = files.readIfAny(FLAG);
  bytes.writeUInt16LE(before.length === 2 ? (before.readUInt16LE(0) + 1) & 0xffff : 1, 0);
  files.write(FLAG, bytes);
}
