import { GLOBAL_MAX_VALUE, TRIGGER_VALUE } from "../dss-host.ts";
import { MARK } from "./names.ts";

/** Exports the key to NOW.REG, to be looked at by FIND. */
export const SHOW_KEY = ["IF EXIST NOW.REG DEL NOW.REG", "START /WAIT REGEDIT /E NOW.REG %KEY%"];
/** ERRORLEVEL 1 when the key as exported last does not hold the trigger. */
export const HAS_VALUE = `TYPE NOW.REG | FIND /I "${TRIGGER_VALUE}" > NUL`;
/** ERRORLEVEL 1 when the service is stopped; one on its way is listed like one that runs. */
export const RUNS = 'NET START | FIND /I "%DISPLAY%" > NUL';
/** NT 4 has no other command that waits. */
export const pause = (seconds: number): string => `PING -n ${seconds + 1} 127.0.0.1 > NUL`;
/** What a counter holds after so many tries: without command extensions it can only grow by a letter. */
export const manyTimes = (tries: number): string => "x".repeat(tries);

/** `GlobalMaxSeqInResync` away again if it was ours; 0 means the same as its absence (Q215505). `where` keeps the labels apart. */
export const globalMaxAway = (where: string): string[] => [
  `IF NOT EXIST ${MARK.globalMax} GOTO GM${where}`,
  "START /WAIT REGEDIT /S GMOFF%REG%.REG",
  ...SHOW_KEY,
  `TYPE NOW.REG | FIND /I "${GLOBAL_MAX_VALUE}" > NUL`,
  "IF NOT ERRORLEVEL 1 START /WAIT REGEDIT /S GMZERO%REG%.REG",
  `DEL ${MARK.globalMax}`,
  `:GM${where}`,
];
