/** The files of a handoff, 8.3 so that any medium keeps them. */
export const HANDOFF = {
  /** What the operator runs, and reads. */
  command: "RESYNC.CMD",
  page: "OPERATOR.TXT",
  /** What sets and removes the value: for NT 4 (REGEDIT4), for 2000 (5.00). */
  set: { 4: "SET4.REG", 5: "SET5.REG" },
  clear: { 4: "CLEAR4.REG", 5: "CLEAR5.REG" },
  /** `GlobalMaxSeqInResync` 1, away again, and 0 where a file cannot remove values. */
  globalMax: { 4: "GMAX4.REG", 5: "GMAX5.REG" },
  globalMaxAway: { 4: "GMOFF4.REG", 5: "GMOFF5.REG" },
  globalMaxZero: { 4: "GMZERO4.REG", 5: "GMZERO5.REG" },
  /** Our own memory of what was asked for. */
  state: "HANDOFF.JSN",
  /** What comes back: the key before, with the value set; the list; how it ended. */
  backup: "BACKUP.REG",
  asked: "ASKED.REG",
  list: "RESYNC.GLB",
  done: "DONE.TXT",
  failed: "FAILED.TXT",
} as const;

/** What RESYNC.CMD notes for itself before each of its changes in the registry, and takes away when that is put back. */
export const MARK = { set: "SET.TXT", globalMax: "GMAX.TXT" } as const;

/** Every name that a handoff may use in its folder. */
export const ALL_NAMES: ReadonlySet<string> = new Set(
  [...Object.values(HANDOFF), ...Object.values(MARK)].flatMap((name) =>
    typeof name === "string" ? [name] : Object.values(name),
  ),
);
