import { DXA_KEY, DXA_SERVICE } from "../dss-host.ts";
import { failures, putBack, refusals } from "./command-endings.ts";
import { globalMaxAway } from "./command-lines.ts";
import { DONE, GLOBAL_MAX, handOver, PREPARE, RESTART, SET_VALUE, setAside, WAIT_FOR_LIST } from "./command-steps.ts";
import { HANDOFF } from "./names.ts";
import { keptName } from "./kept.ts";
import type { HandoffPlan } from "./request.ts";

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
    ...WAIT_FOR_LIST,
    ...handOver(kept.written),
    ...(plan.globalMax ? globalMaxAway("DONE") : []),
    ...DONE,
    ...refusals(kept.earlier),
    ...failures(),
    ...putBack(plan.globalMax, kept),
    ":END",
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "latin1");
}

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
  'IF NOT "%1"=="" GOTO HOW',
];
