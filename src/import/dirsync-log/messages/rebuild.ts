import { messages } from "../message.ts";

/** Messages of REBUILD, which makes the Global Address List anew. */
export const REBUILD_MESSAGES = messages([
  [201, "USR file missing: X", "normal", "Q96004", "A postoffice without a list of users. Nothing is wrong."],
  [
    202,
    "No valid postoffice found",
    "failure",
    "Q96004 Q104870",
    "MASTER.GLB is missing, read-only or locked. When it is only read-only or locked, the list is built all the same (Q104870).",
    "Clear the attribute, or free MASTER.GLB, and run REBUILD again.",
  ],
  [
    203,
    "Problem accessing files of the Global Address List",
    "failure",
    "Q99117 Q96060 Q138737",
    "A mail client holds the old list open, so the new one could not take its place.",
    "Have the users leave Mail and run REBUILD again. Version 3.2 leaves the new list as GAL$.NME, GALINDE$.GLB and TMPNETPO.GLB, to be renamed by hand.",
  ],
  [
    204,
    "Out of disk space",
    "failure",
    "Q96004",
    "REBUILD found no room for the new list.",
    "Make room and run REBUILD again.",
  ],
  [
    249,
    "Not enough free file handles",
    "failure",
    "Q96004",
    "The machine allows too few open files.",
    "Set FILES=60 in CONFIG.SYS or CONFIG.NT; 20 is the least that works.",
  ],
]);
