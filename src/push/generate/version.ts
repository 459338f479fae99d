/** The first Dxa.exe that knows `GlobalMaxSeqInResync` (Q215505). */
export const GLOBAL_MAX_SINCE = "5.5.2524";

/** The first Dxa.exe that a pause kicks without `PauseKicksDX`, unless it was upgraded from 4.0 (Q146738; by Q147464, a mirror). */
export const PAUSE_KICKS_SINCE = "5.0";

/** True when the dotted version `version` is `wanted` or later; missing parts count as 0. */
export function atLeast(version: string, wanted: string): boolean {
  const have = version.split(".").map(Number);
  const need = wanted.split(".").map(Number);
  for (let part = 0; part < Math.max(have.length, need.length); part++) {
    const difference = (have[part] ?? 0) - (need[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
