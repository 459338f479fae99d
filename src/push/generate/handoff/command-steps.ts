import { GLOBAL_MAX_VALUE } from "../dss-host.ts";
import { HAS_VALUE, manyTimes, pause, RUNS, SHOW_KEY } from "./command-lines.ts";
import { HANDOFF, MARK } from "./names.ts";

/** Tries, each after a pause of so many seconds, before a wait is given up: 3 minutes for the service, 30 for the list. */
const SERVICE = { tries: 20, seconds: 9 };
const LIST = { tries: 60, seconds: 30 };

/** Looks at everything, and backs up the key, before the first change. */
export const PREPARE = [
  `IF EXIST "%OUT%\\${HANDOFF.list}" GOTO AGAIN`,
  `IF EXIST ${MARK.set} GOTO CUTOFF`,
  'IF NOT EXIST "%DXADATA%\\NUL" IF NOT EXIST "%DXADATA%" GOTO NODXA',
  `IF EXIST ${HANDOFF.failed} DEL ${HANDOFF.failed}`,
  "ECHO Step 1 of 6: back up the registry key of the service.",
  `IF NOT EXIST ${HANDOFF.backup} START /WAIT REGEDIT /E ${HANDOFF.backup} %KEY%`,
  `IF NOT EXIST ${HANDOFF.backup} GOTO NOBACKUP`,
  `TYPE ${HANDOFF.backup} | FIND /I "%SERVICE%" > NUL`,
  "IF ERRORLEVEL 1 GOTO NOBACKUP",
  ...SHOW_KEY,
  "IF NOT EXIST NOW.REG GOTO NOBACKUP",
  HAS_VALUE,
  "IF NOT ERRORLEVEL 1 GOTO THERE",
  RUNS,
  "IF ERRORLEVEL 1 GOTO NOTRUN",
];

/** Renames a list that stands in Dxadata already. */
export const setAside = (earlier: string): string[] => [
  `IF NOT EXIST "%DXADATA%\\${HANDOFF.list}" GOTO NOEARLY`,
  `ECHO An earlier ${HANDOFF.list} is kept as ${earlier}.`,
  `REN "%DXADATA%\\${HANDOFF.list}" ${earlier}`,
  `IF EXIST "%DXADATA%\\${HANDOFF.list}" GOTO EARLY`,
  ":NOEARLY",
];

/** Sets `GlobalMaxSeqInResync`, unless it is there and not ours. */
export const GLOBAL_MAX = [
  `IF EXIST ${MARK.globalMax} GOTO SETGMAX`,
  `TYPE NOW.REG | FIND /I "${GLOBAL_MAX_VALUE}" > NUL`,
  "IF ERRORLEVEL 1 GOTO SETGMAX",
  `ECHO ${GLOBAL_MAX_VALUE} is in the registry already and stays as it is.`,
  "GOTO SETVALUE",
  ":SETGMAX",
  `ECHO Ours > ${MARK.globalMax}`,
  `IF NOT EXIST ${MARK.globalMax} GOTO NOMARK`,
  "START /WAIT REGEDIT /S GMAX%REG%.REG",
];

/** Names the requestors, and keeps the key as it is then. */
export const SET_VALUE = [
  ":SETVALUE",
  "ECHO Step 2 of 6: name the requestors in the registry.",
  `ECHO Ours > ${MARK.set}`,
  `IF NOT EXIST ${MARK.set} GOTO NOMARK`,
  "START /WAIT REGEDIT /S SET%REG%.REG",
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO NOTSET",
  `IF EXIST ${HANDOFF.asked} DEL ${HANDOFF.asked}`,
  `REN NOW.REG ${HANDOFF.asked}`,
];

/** Stops and starts the service, with a limit for each. */
export const RESTART = [
  "ECHO Step 3 of 6: stop the service. If NET asks to stop other services too, answer N.",
  "NET STOP %SERVICE%",
  "SET N=",
  ":STOPPING",
  RUNS,
  "IF ERRORLEVEL 1 GOTO STOPPED",
  `IF "%N%"=="${manyTimes(SERVICE.tries)}" GOTO NOSTOP`,
  "SET N=%N%x",
  pause(SERVICE.seconds),
  "GOTO STOPPING",
  ":STOPPED",
  "ECHO Step 4 of 6: start the service.",
  "NET START %SERVICE%",
  "SET N=",
  ":STARTING",
  RUNS,
  "IF NOT ERRORLEVEL 1 GOTO STARTED",
  `IF "%N%"=="${manyTimes(SERVICE.tries)}" GOTO NOSTART`,
  "SET N=%N%x",
  pause(SERVICE.seconds),
  "GOTO STARTING",
];

/** Waits until the value is gone and a copy of the list is the same as the list. */
export const WAIT_FOR_LIST = [
  ":STARTED",
  `ECHO Step 5 of 6: wait for ${HANDOFF.list}, up to ${(LIST.tries * LIST.seconds) / 60} minutes. Please leave this window open.`,
  "SET N=",
  ":WAITING",
  ...SHOW_KEY,
  "IF NOT EXIST NOW.REG GOTO NOTYET",
  HAS_VALUE,
  "IF NOT ERRORLEVEL 1 GOTO NOTYET",
  `IF NOT EXIST "%DXADATA%\\${HANDOFF.list}" GOTO NOTYET`,
  'IF EXIST "%OUT%\\RESYNC.TMP" DEL "%OUT%\\RESYNC.TMP"',
  // Whether COPY sets ERRORLEVEL is undocumented; FC tells a copy that is missing, cut short or different.
  `COPY /B "%DXADATA%\\${HANDOFF.list}" "%OUT%\\RESYNC.TMP" > NUL`,
  'IF NOT EXIST "%OUT%\\RESYNC.TMP" GOTO NOTYET',
  `FC /B "%DXADATA%\\${HANDOFF.list}" "%OUT%\\RESYNC.TMP" > NUL`,
  "IF NOT ERRORLEVEL 1 GOTO GOTIT",
  ":NOTYET",
  RUNS,
  "IF ERRORLEVEL 1 GOTO ENDED",
  `IF "%N%"=="${manyTimes(LIST.tries)}" GOTO NOLIST`,
  "SET N=%N%x",
  pause(LIST.seconds),
  "GOTO WAITING",
];

/** Takes the list out of the reach of the service (Q156124). */
export const handOver = (written: string): string[] => [
  ":GOTIT",
  `ECHO Step 6 of 6: hand over ${HANDOFF.list}, and put it out of the service's reach as ${written}.`,
  `IF EXIST "%DXADATA%\\${written}" DEL "%DXADATA%\\${written}"`,
  `REN "%DXADATA%\\${HANDOFF.list}" ${written}`,
  `IF EXIST "%DXADATA%\\${HANDOFF.list}" ECHO Please rename ${HANDOFF.list} in %DXADATA% to ${written} yourself.`,
];

/** The list gets its name last of all: whoever waits for it may take the stick away then. */
export const DONE = [
  `DEL ${MARK.set}`,
  "IF EXIST NOW.REG DEL NOW.REG",
  `ECHO Done. > ${HANDOFF.done}`,
  `REN "%OUT%\\RESYNC.TMP" ${HANDOFF.list}`,
  "ECHO.",
  `ECHO Done. Please bring ${HANDOFF.list} and all other files of this folder back.`,
  "GOTO END",
];
