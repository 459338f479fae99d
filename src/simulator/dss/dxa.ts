import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DXA_KEY, GLOBAL_MAX_VALUE, TRIGGER_VALUE, type RegistryValue } from "../../push/generate/dss-host.ts";
import { atLeast, GLOBAL_MAX_SINCE } from "../../push/generate/version.ts";
import { readAbout } from "./about.ts";
import { generatedLists } from "./directory/generated.ts";
import { keptLists } from "./directory/kept-lists.ts";
import { logEvent } from "./events.ts";
import { conductUnder } from "./failures.ts";
import { programVersion } from "./file-version.ts";
import { readKnobs } from "./knobs.ts";
import { masterListRecords } from "./master-list.ts";
import { dssFiles, DXADATA, localPath, RESYNC_GLB } from "./paths.ts";
import { changeRegistryValue, readRegistryValue } from "./registry.ts";
import { highestNumbers, namedRequestors, readRequestors, type Requestor } from "./requestors.ts";
import { currentService, leaveService } from "./service.ts";
import { writeInSteps, type DxaEnd } from "./write-in-steps.ts";

/** Milliseconds between two looks at the service's state. */
const LOOK_MS = 5;
/** Recipients left out that are logged one by one. */
const LOGGED_LEFT_OUT = 10;

/**
 * Plays the DXA from the service's start number `run` on: reads `ResyncConnectionRDNs` once (it is honoured only at service start,
 * Q150976), writes Resync.glb if it is there, and leaves. ASSUMPTION: the work begins when the service has reached RUNNING.
 */
export async function playDxa(dir: string, run: number): Promise<DxaEnd> {
  await untilStarted(dir, run);
  const wanted = async (): Promise<boolean> => {
    const service = await currentService(dir);
    return service.run === run && service.state === "running";
  };
  if (!(await wanted())) return "stopped";
  // Confirmations of startup exist (Q185225); their numbers are undocumented, so 0.
  await logEvent(dir, 0, "The Microsoft Exchange Directory Synchronization service has started.");
  const { failure } = await readKnobs(dir);
  if (conductUnder(failure ?? undefined).begins === "at a kick" && !(await kicked(dir, run))) return "stopped";
  const trigger = await readRegistryValue(dir, DXA_KEY, TRIGGER_VALUE);
  const names = trigger?.type === "REG_MULTI_SZ" ? trigger.data : undefined;
  const exhausted = failure === "needs-second-restart" && existsSync(dssFiles(dir).exhausted);
  const end = names === undefined || exhausted ? "left" : await makeMasterList(dir, names, wanted);
  if (failure === "needs-second-restart" && names !== undefined) await writeFile(dssFiles(dir).exhausted, "");
  if (end === "left") await leaveService(dir, run);
  return end;
}

/** Waits for the start to be over. The process may be there before the record of its start is. */
async function untilStarted(dir: string, run: number): Promise<void> {
  for (;;) {
    const service = await currentService(dir);
    if (service.run > run || (service.run === run && service.state !== "start-pending")) return;
    await delay(LOOK_MS);
  }
}

/** Waits for a cycle to begin; false when the service's time is over first. A paused service is not over. */
async function kicked(dir: string, run: number): Promise<boolean> {
  for (;;) {
    const service = await currentService(dir);
    if (service.run !== run || (service.state !== "running" && service.state !== "paused")) return false;
    if (service.kicks > 0) return true;
    await delay(LOOK_MS);
  }
}

async function makeMasterList(dir: string, names: readonly string[], wanted: () => Promise<boolean>): Promise<DxaEnd> {
  const knobs = await readKnobs(dir);
  const conduct = conductUnder(knobs.failure ?? undefined);
  const requestors = await readRequestors(dir);
  const named = knobs.failure === "unknown-requestor" ? [] : namedRequestors(requestors, names);
  const writes = named.length === 0 ? "nothing" : conduct.writes;
  const removeValue = (): Promise<void> => changeRegistryValue(dir, DXA_KEY, TRIGGER_VALUE, undefined);

  if (conduct.removesValue === "before") await removeValue();
  const file = writes === "nothing" ? undefined : await resyncFile(dir);
  if (file !== undefined) {
    const records = masterListRecords({
      header: await headerNumbers(dir, requestors, named),
      lists: await directory(dir),
      uniqueEverywhere: dword(await readRegistryValue(dir, DXA_KEY, "Unique Display Names")) !== 0,
      now: new Date(),
      onLeftOut: leftOutLog(dir),
    });
    const end = await writeInSteps({ dir, file, records, writes, conduct, knobs, wanted });
    if (end !== "left") return end;
    if (conduct.end === "complain") await logEvent(dir, 268, `Error opening a file in ${DXADATA}: the disk is full.`);
  }
  await delay(knobs.valueDelayMs);
  if (!(await wanted())) return "stopped";
  if (conduct.removesValue === "after") await removeValue();
  if (conduct.end !== "hold") return "left";
  while (await wanted()) await delay(LOOK_MS);
  return "stopped";
}

/** Where the file goes; an inference, the article on DXADataPath speaks of the database only (Q185504). */
async function resyncFile(dir: string): Promise<string | undefined> {
  const moved = await readRegistryValue(dir, DXA_KEY, "DXADataPath");
  const folder = localPath(dir, moved?.type === "REG_SZ" ? moved.data : DXADATA);
  try {
    await stat(folder);
    return join(folder, RESYNC_GLB);
  } catch {
    await logEvent(dir, 268, `Error opening a file: there is no folder ${folder}.`);
    return undefined;
  }
}

/** Maxima over the named requestors; over all with GlobalMaxSeqInResync=1 and a Dxa.exe that knows it (Q215505). */
async function headerNumbers(dir: string, all: Requestor[], named: Requestor[]) {
  const global = dword(await readRegistryValue(dir, DXA_KEY, GLOBAL_MAX_VALUE)) === 1;
  const version = await programVersion(dir);
  const known = version !== undefined && atLeast(version, GLOBAL_MAX_SINCE);
  return highestNumbers(global && known ? all : named);
}

async function directory(dir: string) {
  const { directory } = await readAbout(dir);
  return directory.kind === "generated" ? generatedLists(directory.entries) : keptLists(dssFiles(dir).recipients);
}

/** Event 247: "e-mail address … not valid" (Q159189). That outgoing recipients get it too is an assumption. */
function leftOutLog(dir: string): (address: string) => void {
  let count = 0;
  return (address) => {
    count += 1;
    if (count <= LOGGED_LEFT_OUT)
      void logEvent(dir, 247, `The e-mail address ${address} is not valid; the recipient is left out.`);
  };
}

function dword(value: RegistryValue | undefined): number | undefined {
  return value?.type === "REG_DWORD" ? value.data : undefined;
}
