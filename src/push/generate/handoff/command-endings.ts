import { TRIGGER_VALUE } from "../dss-host.ts";
import { globalMaxAway, HAS_VALUE, manyTimes, pause, SHOW_KEY } from "./command-lines.ts";
import type { KeptNames } from "./kept.ts";
import { HANDOFF, MARK } from "./names.ts";

/** How it ends when nothing was changed, by label. */
export const refusals = (earlier: string): string[] => [
  ":WRONGDIR",
  "ECHO Please change to the folder in which RESYNC.CMD lies first, then run it again.",
  "ECHO A network folder needs a drive letter for that: NET USE X: \\\\SERVER\\SHARE",
  "GOTO END",
  ":HOW",
  "ECHO Type RESYNC alone, or RESYNC PUTBACK to put back what an interrupted one left.",
  "GOTO END",
  ":CUTOFF",
  "ECHO An earlier RESYNC was interrupted, or is at work in another window.",
  "ECHO If there is no other, type RESYNC PUTBACK first, then RESYNC.",
  "GOTO END",
  ":AGAIN",
  `ECHO There is a ${HANDOFF.list} here already: it is done. Please bring this folder back.`,
  "GOTO END",
  ":NODXA",
  "SET WHY=There is no folder %DXADATA%. Change the line SET DXADATA= in RESYNC.CMD.",
  "GOTO REFUSE",
  ":NOBACKUP",
  "SET WHY=The registry key of %SERVICE% cannot be saved. Is this the right server, and are you an administrator?",
  "GOTO REFUSE",
  ":THERE",
  `SET WHY=${TRIGGER_VALUE} is in the registry already. Somebody else is at work, or it was forgotten there.`,
  "GOTO REFUSE",
  ":NOTRUN",
  "SET WHY=NET START does not show %DISPLAY%. Start it, or change the line SET DISPLAY= in RESYNC.CMD.",
  "GOTO REFUSE",
  ":EARLY",
  `SET WHY=The earlier ${HANDOFF.list} in %DXADATA% cannot be renamed to ${earlier}: it is open, or there is one.`,
  "GOTO REFUSE",
  ":REFUSE",
  "ECHO %WHY%",
  "ECHO Nothing was changed.",
  `ECHO %WHY% Nothing was changed. > ${HANDOFF.failed}`,
  "GOTO END",
];

/** What goes wrong after the first change, by label. */
export const failures = (): string[] =>
  Object.entries({
    NOMARK: "This folder cannot be written to. Is it full?",
    NOTSET: `The value ${TRIGGER_VALUE} did not reach the registry.`,
    // NET may say 2182 of a service that still stops, as Wine's does.
    NOSTOP: "The service does not stop. When it has ended at last, type NET START %SERVICE%.",
    NOSTART: "The service does not start. See the event log.",
    ENDED: "The service has ended by itself. See the event log.",
    NOLIST: `No finished ${HANDOFF.list} came in time. See the event log, and the free space on the disk.`,
  }).flatMap(([label, why]) => [`:${label}`, `SET WHY=${why}`, "GOTO PUTBACK"]);

/** Tries to find the service running, each after a pause of so many seconds: one that still stops is started then. */
const START = { tries: 5, seconds: 9 };
/** Starts the service if it is stopped. ERRORLEVEL 0 when it runs already, which NET says with 2182 in every language (Q233975). */
const PROVED = 'NET START %SERVICE% 2>&1 | FIND "2182" > NUL';

/** Takes back what the marks say was changed. A service that has ended is started. */
export const putBack = (globalMax: boolean, { earlier, unfinished }: KeptNames): string[] => [
  ":PUTBACK",
  "ECHO Putting everything back.",
  `IF NOT EXIST ${MARK.set} GOTO CLEARED`,
  `IF EXIST "%DXADATA%\\${unfinished}" DEL "%DXADATA%\\${unfinished}"`,
  `IF EXIST "%DXADATA%\\${HANDOFF.list}" REN "%DXADATA%\\${HANDOFF.list}" ${unfinished}`,
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO GONE",
  "START /WAIT REGEDIT /S CLEAR%REG%.REG",
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO GONE",
  `ECHO Please remove the value ${TRIGGER_VALUE} with REGEDT32: see ${HANDOFF.page}, part 4.`,
  `SET WHY=%WHY% ${TRIGGER_VALUE} is still in the registry.`,
  "GOTO CLEARED",
  ":GONE",
  `DEL ${MARK.set}`,
  ":CLEARED",
  ...(globalMax ? globalMaxAway("BACK") : []),
  "SET N=",
  ":STARTUP",
  PROVED,
  "IF NOT ERRORLEVEL 1 GOTO RUNS",
  `IF "%N%"=="${manyTimes(START.tries)}" GOTO UNSURE`,
  "SET N=%N%x",
  pause(START.seconds),
  "GOTO STARTUP",
  ":UNSURE",
  "SET WHY=%WHY% Please look in Control Panel, Services, whether the service runs, and start it if not.",
  ":RUNS",
  'IF "%WHY%"=="" SET WHY=Put back on request.',
  `IF EXIST "%DXADATA%\\${earlier}" SET WHY=%WHY% The earlier ${HANDOFF.list} is kept as ${earlier}.`,
  "ECHO %WHY%",
  `ECHO %WHY% > ${HANDOFF.failed}`,
  "ECHO Please bring this folder back all the same.",
  "GOTO END",
];
