import { DXA_KEY, DXA_SERVICE, GLOBAL_MAX_VALUE, TRIGGER_VALUE } from "../dss-host.ts";
import { HANDOFF } from "./names.ts";
import type { HandoffPlan } from "./request.ts";

/** Tries, each after a pause of so many seconds, before a wait is given up: 3 minutes for the service, 30 for the list. */
const SERVICE = { tries: 20, seconds: 9 };
const LIST = { tries: 60, seconds: 30 };

/**
 * RESYNC.CMD: the whole procedure with what Windows NT 4 has (no command extensions, no reg.exe, no sc.exe): REGEDIT for the registry,
 * NET for the service, PING for a pause, names and states read back by FIND, because exit codes of NET and REGEDIT mean nothing
 * (Q125857). `RESYNC PUTBACK` only puts back. ASCII, CR LF.
 */
export function commandFile(plan: HandoffPlan, id: string): Uint8Array {
  const kept = keptName(id);
  const lines = [
    ...head(plan, id),
    ...PREPARE,
    ...setAside(kept.earlier),
    ...(plan.globalMax ? GLOBAL_MAX : []),
    ...SET_VALUE,
    ...RESTART,
    ...waitForList(kept.written),
    ...(plan.globalMax ? globalMaxAway("DONE") : []),
    ...DONE,
    ...REFUSALS,
    ...failures(),
    ...putBack(plan.globalMax, kept.unfinished),
    ":END",
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "latin1");
}

/** 8.3 names in Dxadata for what lies there before, after, and unfinished; the DXA loads none of them (Q156124). */
export function keptName(id: string): { earlier: string; written: string; unfinished: string } {
  const stem = `RS${id.replace(/\D/gu, "").slice(4, 10)}`;
  return { earlier: `${stem}.OLD`, written: `${stem}.NEW`, unfinished: `${stem}.BAD` };
}

const SHOW_KEY = ["IF EXIST NOW.REG DEL NOW.REG", "START /WAIT REGEDIT /E NOW.REG %KEY%"];
const HAS_VALUE = `TYPE NOW.REG | FIND /I "${TRIGGER_VALUE}" > NUL`;
const RUNS = 'NET START | FIND /I "%DISPLAY%" > NUL';
const pause = (seconds: number): string => `PING -n ${seconds + 1} 127.0.0.1 > NUL`;
const manyTimes = (tries: number): string => "x".repeat(tries);

const head = ({ dxadata, displayName }: HandoffPlan, id: string): string[] => [
  "@ECHO OFF",
  `REM Has this server write ${HANDOFF.list} for Microsoft Mail. See ${HANDOFF.page}. Run ${id}.`,
  "REM If one of these three is different here, change it behind the = sign.",
  `SET DXADATA=${dxadata}`,
  `SET DISPLAY=${displayName}`,
  "SET OUT=.",
  "REM From here on nothing needs changing.",
  `SET SERVICE=${DXA_SERVICE}`,
  `SET KEY=${DXA_KEY}`,
  "SET WHY=",
  "SET REG=4",
  'VER | FIND "[" > NUL',
  "IF NOT ERRORLEVEL 1 SET REG=5",
  `IF NOT EXIST ${HANDOFF.set[4]} GOTO WRONGDIR`,
  "IF %1x==PUTBACKx GOTO PUTBACK",
  "IF %1x==putbackx GOTO PUTBACK",
];

const PREPARE = [
  `IF EXIST "%OUT%\\${HANDOFF.list}" GOTO AGAIN`,
  'IF NOT EXIST "%DXADATA%\\NUL" GOTO NODXA',
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

const setAside = (earlier: string): string[] => [
  `IF NOT EXIST "%DXADATA%\\${HANDOFF.list}" GOTO NOEARLY`,
  `ECHO An earlier ${HANDOFF.list} is kept as ${earlier}.`,
  `REN "%DXADATA%\\${HANDOFF.list}" ${earlier}`,
  `IF EXIST "%DXADATA%\\${HANDOFF.list}" GOTO EARLY`,
  ":NOEARLY",
];

const GLOBAL_MAX = [
  `TYPE NOW.REG | FIND /I "${GLOBAL_MAX_VALUE}" > NUL`,
  "IF NOT ERRORLEVEL 1 GOTO SETVALUE",
  "ECHO Ours > GMAX.TXT",
  "START /WAIT REGEDIT /S GMAX%REG%.REG",
];

const SET_VALUE = [
  ":SETVALUE",
  "ECHO Step 2 of 6: name the requestors in the registry.",
  "ECHO Ours > SET.TXT",
  "START /WAIT REGEDIT /S SET%REG%.REG",
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO NOTSET",
  `IF EXIST ${HANDOFF.asked} DEL ${HANDOFF.asked}`,
  `REN NOW.REG ${HANDOFF.asked}`,
];

const RESTART = [
  "ECHO Step 3 of 6: stop the service.",
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

const waitForList = (written: string): string[] => [
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
  `COPY /B "%DXADATA%\\${HANDOFF.list}" "%OUT%\\RESYNC.TMP" > NUL`,
  "IF ERRORLEVEL 1 GOTO NOTYET",
  'IF NOT EXIST "%OUT%\\RESYNC.TMP" GOTO NOTYET',
  `FC /B "%DXADATA%\\${HANDOFF.list}" "%OUT%\\RESYNC.TMP" > NUL`,
  "IF ERRORLEVEL 1 GOTO NOTYET",
  "GOTO GOTIT",
  ":NOTYET",
  `IF "%N%"=="${manyTimes(LIST.tries)}" GOTO NOLIST`,
  "SET N=%N%x",
  pause(LIST.seconds),
  "GOTO WAITING",
  ":GOTIT",
  `ECHO Step 6 of 6: hand over ${HANDOFF.list}, and put it out of the service's reach as ${written}.`,
  `REN "%OUT%\\RESYNC.TMP" ${HANDOFF.list}`,
  `REN "%DXADATA%\\${HANDOFF.list}" ${written}`,
];

const DONE = [
  "DEL SET.TXT",
  "IF EXIST NOW.REG DEL NOW.REG",
  `ECHO Done. > ${HANDOFF.done}`,
  "ECHO.",
  `ECHO Done. Please bring ${HANDOFF.list} and all other files of this folder back.`,
  "GOTO END",
];

const REFUSALS = [
  ":WRONGDIR",
  "ECHO Please change to the folder in which RESYNC.CMD lies first, then run it again.",
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
  `SET WHY=${TRIGGER_VALUE} is in the registry already. Somebody else is at work, or RESYNC PUTBACK is needed.`,
  "GOTO REFUSE",
  ":NOTRUN",
  "SET WHY=NET START does not show %DISPLAY%. Start it, or change the line SET DISPLAY= in RESYNC.CMD.",
  "GOTO REFUSE",
  ":EARLY",
  `SET WHY=The earlier ${HANDOFF.list} in %DXADATA% cannot be renamed. Who has it open?`,
  "GOTO REFUSE",
  ":REFUSE",
  "ECHO %WHY%",
  "ECHO Nothing was changed.",
  `ECHO %WHY% Nothing was changed. > ${HANDOFF.failed}`,
  "GOTO END",
];

/** What goes wrong after the first change, by label. */
const failures = (): string[] =>
  Object.entries({
    NOTSET: `The value ${TRIGGER_VALUE} did not reach the registry.`,
    NOSTOP: "The service does not stop.",
    NOSTART: "The service does not start. See the event log.",
    NOLIST: `No finished ${HANDOFF.list} came in time. See the event log, and the free space on the disk.`,
  }).flatMap(([label, why]) => [`:${label}`, `SET WHY=${why}`, "GOTO PUTBACK"]);

const putBack = (globalMax: boolean, unfinished: string): string[] => [
  ":PUTBACK",
  "ECHO Putting everything back.",
  "IF NOT EXIST SET.TXT GOTO CLEARED",
  `IF EXIST "%DXADATA%\\${HANDOFF.list}" REN "%DXADATA%\\${HANDOFF.list}" ${unfinished}`,
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO CLEARED",
  "START /WAIT REGEDIT /S CLEAR%REG%.REG",
  ...SHOW_KEY,
  HAS_VALUE,
  "IF ERRORLEVEL 1 GOTO CLEARED",
  `ECHO Please remove the value ${TRIGGER_VALUE} with REGEDT32: see ${HANDOFF.page}, part 4.`,
  `SET WHY=%WHY% ${TRIGGER_VALUE} is still in the registry.`,
  ":CLEARED",
  "IF EXIST SET.TXT DEL SET.TXT",
  ...(globalMax ? globalMaxAway("BACK") : []),
  RUNS,
  "IF NOT ERRORLEVEL 1 GOTO RUNS",
  "NET START %SERVICE%",
  RUNS,
  "IF NOT ERRORLEVEL 1 GOTO RUNS",
  "SET WHY=%WHY% The service is not running.",
  ":RUNS",
  'IF "%WHY%"=="" SET WHY=Put back on request.',
  "ECHO %WHY%",
  `ECHO %WHY% > ${HANDOFF.failed}`,
  "ECHO Please bring this folder back all the same.",
  "GOTO END",
];

/** `GlobalMaxSeqInResync` away again if it was ours; 0 means the same as its absence (Q215505). `where` keeps the labels apart. */
const globalMaxAway = (where: string): string[] => [
  `IF NOT EXIST GMAX.TXT GOTO GM${where}`,
  "START /WAIT REGEDIT /S GMOFF%REG%.REG",
  ...SHOW_KEY,
  `TYPE NOW.REG | FIND /I "${GLOBAL_MAX_VALUE}" > NUL`,
  "IF NOT ERRORLEVEL 1 START /WAIT REGEDIT /S GMZERO%REG%.REG",
  "DEL GMAX.TXT",
  `:GM${where}`,
];
